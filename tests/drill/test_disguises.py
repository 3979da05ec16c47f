import base64
import json
from urllib.parse import quote_plus

import pytest

from tests.drill.disguises import found_in

SECRET = 'qZ7+planted/secret="Xv~9'
WRITTEN = {
    "plain": f"token {SECRET}!",
    "json": json.dumps({"a": SECRET}),
    "query": f"a=1&b={quote_plus(SECRET)}&c",
    "hex": f"ff{SECRET.encode().hex()}00",
    **{
        f"base64 after {count}": base64.b64encode(b"x" * count + SECRET.encode() + b"!y").decode()
        for count in range(7)
    },
    "urlsafe": base64.urlsafe_b64encode(f"v={SECRET}".encode()).decode(),
    "repr": repr([SECRET.encode()]),
}


@pytest.mark.parametrize("form", WRITTEN)
def test_it_is_found_in_every_form(form):
    assert found_in({form: WRITTEN[form].encode()}, SECRET) == {form}


def test_it_is_not_found_where_it_is_not():
    assert found_in({"text": b"planted secret"}, SECRET) == set()
