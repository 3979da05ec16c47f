import pytest

from providers.adapters.errors import Refused
from providers.adapters.new_api_urls import base_url


@pytest.mark.parametrize(
    ("pasted", "base"),
    [
        ("example.com", "https://example.com"),
        ("  https://example.com/ \n", "https://example.com"),
        ("HTTPS://Example.COM", "https://example.com"),
        ("http://example.com", "http://example.com"),
        ("//example.com", "https://example.com"),
        ("https://https://example.com", "https://example.com"),
        ("https://http://example.com", "http://example.com"),
        ("example.com:3000", "https://example.com:3000"),
        ("localhost:3000/login", "https://localhost:3000"),
        ("https://example.com:443/", "https://example.com"),
        ("http://example.com:80", "http://example.com"),
        ("http://example.com:443", "http://example.com:443"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("http://[::1]:3000/", "http://[::1]:3000"),
        ("https://example.com.", "https://example.com"),
        ("https://Straße.example", "https://xn--strae-oqa.example"),
        ("gateway", "https://gateway"),
        ("https://example.com/../x", "https://example.com/x"),
        ("https://example.com/a%20b", "https://example.com/a%20b"),
        ("https://example.com/console/log", "https://example.com"),
        ("https://example.com/console/personal?tab=security#x", "https://example.com"),
        ("https://example.com/#/login", "https://example.com"),
        ("https://example.com/v1", "https://example.com"),
        ("https://example.com/v1/chat/completions", "https://example.com"),
        ("https://example.com/api/", "https://example.com"),
        ("https://example.com/api/log/self?p=1&page_size=10", "https://example.com"),
        ("https://example.com/log", "https://example.com"),
        ("https://example.com/usage-logs/common", "https://example.com"),
        ("https://example.com//login//", "https://example.com"),
        ("https://example.com/gateway", "https://example.com/gateway"),
        ("https://example.com/gateway/", "https://example.com/gateway"),
        ("https://example.com/team/Gateway/console/token", "https://example.com/team/Gateway"),
        ("https://example.com/gateway/v1/models", "https://example.com/gateway"),
        ("https://example.com/gateway/index.html", "https://example.com/gateway"),
    ],
)
def test_it_finds_the_base_url(pasted, base):
    assert base_url(pasted) == base
    assert base_url(base) == base


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        " ",
        "https://",
        "https:///path",
        "?",
        "two words",
        "https://exa mple.com",
        "ftp://example.com",
        "javascript:alert(1)",
        "user:pass@example.com",
        "https://user@example.com",
        "person@example.com",
        "https://example.com:99999",
        "https://example.com:port",
        "https://example.com\\@evil.example",
        "https://[::1",
        "https://.",
        "https://<b>.example",
        "https://example.com\0",
        "sk-" + "a" * 100,
        "sk-" + "a" * 48,
        "0123456789abcdef0123456789abcdef",
        "a..b",
        "-a.example",
        "example." + "a" * 64,
    ],
)
def test_it_refuses_what_holds_no_url(pasted):
    with pytest.raises(Refused) as refusal:
        base_url(pasted)
    assert refusal.value.code == "bad_url"
    assert "pass" not in str(refusal.value)
