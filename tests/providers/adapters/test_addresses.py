import socket

import pytest

from providers.adapters.addresses import Guard, resolve
from providers.adapters.errors import Refused, Unavailable

FORBIDDEN = {
    "private_address": [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.1.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::10.0.0.1",
        "::8.8.8.8",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::8.8.8.8",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:808:808::1",
        "3fff::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
    "metadata_address": [
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "100.100.100.200",
        "168.63.129.16",
        "fd00:ec2::254",
    ],
}


def addresses(*found, allowed=(), plain=False):
    guard = Guard(allowed, lambda host, port: found)
    return guard.addresses("gateway.example", 443, plain=plain)


@pytest.mark.parametrize(
    ("code", "address"), [(code, address) for code, list_ in FORBIDDEN.items() for address in list_]
)
def test_it_refuses_an_address_that_is_not_public(code, address):
    with pytest.raises(Refused) as refusal:
        addresses(address)
    assert refusal.value.code == code


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "172.32.0.1", "2606:4700::1111"])
def test_it_lets_a_public_address_pass(address):
    assert addresses(address) == [address]


def test_it_calls_only_the_public_ones_of_several_addresses():
    assert addresses("10.0.0.1", "8.8.8.8", "::1") == ["8.8.8.8"]


def test_it_lets_an_allowed_network_pass_and_no_other():
    assert addresses("10.0.0.1", "10.1.0.1", allowed=["10.0.0.0/24"]) == ["10.0.0.1"]


def test_an_allowed_network_holds_for_the_ipv6_form_of_an_ipv4_address_too():
    assert addresses("::ffff:127.0.0.1", allowed=["127.0.0.0/8"]) == ["127.0.0.1"]


def test_it_forgives_a_network_written_as_an_address():
    assert addresses("10.0.0.9", allowed=["10.0.0.1/24"]) == ["10.0.0.9"]


def test_it_refuses_plain_http_outside_the_allowed_networks():
    with pytest.raises(Refused) as refusal:
        addresses("8.8.8.8", plain=True, allowed=["127.0.0.0/8"])
    assert refusal.value.code == "plain_http"


def test_it_lets_plain_http_into_an_allowed_network():
    assert addresses("127.0.0.1", plain=True, allowed=["127.0.0.0/8"]) == ["127.0.0.1"]


@pytest.mark.parametrize("error", [socket.gaierror(-2, "x"), UnicodeError("label too long")])
def test_it_names_a_name_that_cannot_be_resolved(error):
    def resolver(host, port):
        raise error

    with pytest.raises(Unavailable) as failure:
        Guard([], resolver).addresses("nowhere.example", 443, plain=False)
    assert failure.value.code == "dns"


def test_a_name_without_addresses_is_a_dns_failure():
    with pytest.raises(Unavailable) as failure:
        addresses()
    assert failure.value.code == "dns"


def test_the_system_reads_disguised_numbers_as_the_addresses_they_are():
    assert resolve("2130706433", 80) == ["127.0.0.1"]
