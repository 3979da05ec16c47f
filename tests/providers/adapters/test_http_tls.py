import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from providers.adapters.errors import ProviderError, Refused, Unavailable
from tests.providers.adapters.server import http

NAME = "gateway.example"


def write_certificate(folder, name=NAME, days=1):
    """A self-signed certificate and its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    form = serialization.PrivateFormat.PKCS8
    path = folder / "certificate.pem"
    path.write_bytes(
        certificate.public_bytes(pem) + key.private_bytes(pem, form, serialization.NoEncryption())
    )
    return path


@pytest.fixture
def serve_tls(serve, tmp_path):
    def start(**options):
        path = write_certificate(tmp_path, **options)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return serve(http(b"[]"), context=context), ssl.create_default_context(cafile=str(path))

    return start


def ask(door, server, name=NAME):
    return door.get_json(f"https://{name}:{server.port}/")


def to_loopback(host, port):
    return ["127.0.0.1"]


def test_it_checks_the_certificate_for_the_name_and_not_for_the_address(serve_tls, open_door):
    server, trusting = serve_tls()
    door = open_door(resolver=to_loopback, ssl_context=trusting)
    assert ask(door, server).body == b"[]"
    assert server.requests[0].headers["host"] == f"{NAME}:{server.port}"


@pytest.mark.parametrize("case", ["self-signed", "expired", "other name"])
def test_it_refuses_a_certificate_that_proves_nothing(serve_tls, open_door, case):
    server, trusting = serve_tls(days=-1 if case == "expired" else 1)
    context = {} if case == "self-signed" else {"ssl_context": trusting}
    name = "other.example" if case == "other name" else NAME
    with pytest.raises(Refused) as refusal:
        ask(open_door(resolver=to_loopback, **context), server, name)
    assert refusal.value.code == "certificate"
    assert not server.requests


def test_it_does_not_fall_back_to_plain_http(serve, open_door):
    server = serve(http(b"[]"))
    with pytest.raises(Unavailable) as failure:
        ask(open_door(resolver=to_loopback), server)
    assert failure.value.code == "tls"


def test_it_lets_no_answer_drip_through_the_encryption_either(serve_tls, open_door):
    server, trusting = serve_tls()
    server.respond = lambda _: iter([http(b"[", Content_Length=9)])
    door = open_door(resolver=to_loopback, ssl_context=trusting, deadline=0.3)
    with pytest.raises(ProviderError) as failure:
        ask(door, server)
    assert failure.value.code == "timeout"
