import io
import logging

import pytest

from dashboard.redaction import RedactingFormatter, redact, request_id


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer S3CRET-value.1",
        "{'Authorization': 'S3CRET value with spaces'}",
        'headers={"authorization": b"S3CRET"}',
        "got bearer S3CRETS3CRET==",
        "key sk-S3CRETS3CRET refused",
        "nap_S3CRETS3CRET",
        "api_key=S3CRET&p=1",
        "password = S3CRET",
        "Cookie: S3CRET=1",
    ],
)
def test_it_hides_secrets(text):
    assert "S3CRET" not in redact(text)


@pytest.mark.parametrize(
    "text",
    ["tokens: 120 prompt, 4 completion", "connection 7 is due", "the task-based sync of site 3"],
)
def test_it_leaves_the_rest(text):
    assert redact(text) == text


@pytest.fixture
def lines():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(RedactingFormatter("[%(origin)s] %(message)s"))
    logger = logging.getLogger("tests.redaction")
    logger.addHandler(handler)
    yield stream, logger
    logger.removeHandler(handler)


def test_it_hides_secrets_in_a_traceback(lines):
    stream, logger = lines
    try:
        raise ValueError("refused sk-S3CRETS3CRET")
    except ValueError:
        logger.exception("could not read")
    assert "Traceback" in stream.getvalue()
    assert "S3CRET" not in stream.getvalue()


def test_a_line_names_its_request(lines):
    stream, logger = lines
    token = request_id.set("abc")
    logger.warning("slow")
    request_id.reset(token)
    logger.warning("quick")
    assert stream.getvalue() == "[abc] slow\n[-] quick\n"
