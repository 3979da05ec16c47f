import pytest

URL = "/login/"


@pytest.fixture
def answer(client, db):
    return client.get(URL)


def test_pages_run_nothing_but_our_own_files(answer):
    policy = dict(
        part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";")
    )
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "font-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ],
)
def test_pages_carry_the_headers_that_protect_them(answer, name, value):
    assert answer[name] == value


def test_pages_are_kept_by_nobody_else(answer):
    assert "private" in answer["Cache-Control"]
    assert "no-store" in answer["Cache-Control"] or "no-cache" in answer["Cache-Control"]


def test_each_answer_has_an_id_of_its_own(client, db):
    first, second = client.get(URL)["X-Request-ID"], client.get(URL)["X-Request-ID"]
    assert len(first) == len(second) == 16
    assert first != second
