import pytest
from django.test import Client

from tests.factories import PASSWORD, make_user

URL = "/sessions/"
LOGIN = {"login": "alice@example.com", "password": PASSWORD}


@pytest.fixture
def browsers(db):
    make_user()
    browsers = [Client(headers={"User-Agent": name}) for name in ("Firefox", "Chromium")]
    for browser in browsers:
        browser.post("/login/", LOGIN)
    return browsers


@pytest.mark.django_db
def test_it_asks_for_a_login(client):
    assert client.get(URL)["Location"] == f"/login/?next={URL}"


def test_it_lists_every_browser(browsers):
    page = browsers[0].get(URL).content.decode()
    assert "Firefox" in page
    assert "Chromium" in page
    assert page.count("This browser") == 1


def test_it_hides_other_peoples_sessions(browsers):
    make_user("bob")
    Client(headers={"User-Agent": "Lynx"}).post("/login/", LOGIN | {"login": "bob@example.com"})
    assert "Lynx" not in browsers[0].get(URL).content.decode()


def test_it_signs_out_the_others(browsers):
    browsers[0].post(URL)
    assert browsers[0].get("/me/").status_code == 200
    assert browsers[1].get("/me/").status_code == 302
