import gzip

import pytest

from providers.adapters import bodies
from providers.adapters.errors import Unavailable, UnexpectedAnswer


def test_it_joins_what_comes():
    assert bodies.read([b"a", b"b"], encoding="", max_bytes=2) == b"ab"


def test_it_unpacks():
    packed = gzip.compress(b"a" * 1000, mtime=0)
    assert bodies.read([packed[:9], packed[9:]], encoding="GZIP", max_bytes=1000) == b"a" * 1000


def test_an_empty_body_needs_no_unpacking():
    assert bodies.read([], encoding="gzip", max_bytes=1) == b""


@pytest.mark.parametrize(
    ("chunks", "encoding"),
    [([b"aa", b"a"], ""), ([gzip.compress(b"a" * 3, mtime=0)], "gzip"), ([b"a" * 99], "gzip")],
)
def test_it_stops_at_the_bound(chunks, encoding):
    with pytest.raises(Unavailable) as failure:
        bodies.read(chunks, encoding=encoding, max_bytes=2)
    assert failure.value.code == "too_large"


def test_a_bomb_is_given_up_before_it_is_unpacked():
    bomb = gzip.compress(b"\0" * 50_000_000, mtime=0)
    with pytest.raises(Unavailable) as failure:
        bodies.read([bomb], encoding="gzip", max_bytes=100_000)
    assert failure.value.code == "too_large"


@pytest.mark.parametrize("packed", [gzip.compress(b"a" * 100, mtime=0)[:-9], b"no gzip at all"])
def test_it_tells_a_damaged_body(packed):
    with pytest.raises(Unavailable) as failure:
        bodies.read([packed], encoding="gzip", max_bytes=1000)
    assert failure.value.code == "truncated"


def test_it_takes_no_encoding_that_nobody_asked_for():
    with pytest.raises(UnexpectedAnswer):
        bodies.read([b"x"], encoding="br", max_bytes=10)
