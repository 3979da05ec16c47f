import pytest
from django.test import Client

from tests.factories import make_user

MARK = "data-masked"


@pytest.fixture
def client(db):
    client = Client()
    client.force_login(make_user("alice"))
    return client


def test_what_is_covered_stays_covered_until_it_is_shown_again(client):
    assert MARK not in client.get("/me/").text
    answer = client.post("/masked/", {"masked": "on", "next": "/me/?x=1"})
    assert answer["Location"] == "/me/?x=1"
    for page in ("/me/", "/logs/"):
        assert MARK in client.get(page).text
    client.post("/masked/", {"masked": ""})
    assert MARK not in client.get("/me/").text


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", ""])
def test_it_leads_nowhere_else(client, elsewhere):
    assert client.post("/masked/", {"masked": "on", "next": elsewhere})["Location"] == "/"
