"""Which network addresses we may call, and in whose company."""

import ipaddress
import socket
from collections.abc import Callable, Sequence

from providers.adapters.errors import ProviderError, Refused, Unavailable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int], Sequence[str]]

MOST_ADDRESSES = 4  # of one name; more only make a dead site slower to notice

# The standard library's `is_private` changed its mind within Python 3.11, so the list is ours.
CLOSED_V4 = [
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
    )
]
OPEN_V6 = ipaddress.IPv6Network("2000::/3")  # all else is local, reserved or a disguise of IPv4
CLOSED_V6 = [
    ipaddress.IPv6Network(text)
    for text in (
        "2001::/23",  # Teredo and other protocol assignments
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3fff::/20",
    )
]
# Where cloud providers hand out the machine's own credentials; one of them is a public address.
METADATA = {
    ipaddress.ip_address(text)
    for text in (
        "169.254.169.254",
        "169.254.170.2",
        "169.254.170.23",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd20:ce::254",
    )
}


def resolve(host: str, port: int) -> list[str]:
    """Every address of a name, each once, in the system's order."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Guard:
    """Picks the addresses of a name that may be called: public ones, and allowed networks."""

    def __init__(self, allowed_networks: Sequence[str] = (), resolver: Resolver = resolve) -> None:
        self._allowed = [ipaddress.ip_network(text, strict=False) for text in allowed_networks]
        self._resolver = resolver

    def addresses(self, host: str, port: int, *, plain: bool) -> list[str]:
        """The addresses to connect to, never empty. `plain`: unencrypted, so only allowed ones."""
        passed: list[str] = []
        refusal: ProviderError = Unavailable("the name has no address", code="dns")
        for address in map(_plain_form, self._resolve(host, port)):
            code = self._objection(address, plain=plain)
            if code is None:
                passed.append(str(address))
            else:
                refusal = Refused(f"{host} is {address}", code=code)
        if not passed:
            raise refusal
        return passed[:MOST_ADDRESSES]

    def _resolve(self, host: str, port: int) -> Sequence[str]:
        try:
            return self._resolver(host, port)
        except (OSError, UnicodeError) as error:
            raise Unavailable(f"{host}: {type(error).__name__}", code="dns") from None

    def _objection(self, address: Address, *, plain: bool) -> str | None:
        if any(address in network for network in self._allowed):
            return None
        if address in METADATA:
            return "metadata_address"
        if not is_public(address):
            return "private_address"
        return "plain_http" if plain else None


def is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in CLOSED_V4)
    return address in OPEN_V6 and not any(address in network for network in CLOSED_V6)


def _plain_form(text: str) -> Address:
    """An IPv6 address that only wraps an IPv4 one is called, and judged, as that."""
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
