import pytest
from django.test import Client

from tests.accounts.conftest import sign_in

URL = "/language/"
PLACE = "/me/?since=2026-11-01&model=%E6%A8%A1%E5%9E%8B"


def test_the_switch_keeps_the_page_and_its_query(alice_client):
    page = alice_client.get(PLACE)
    assert f'name="next" value="{PLACE.replace("&", "&amp;")}"' in page.content.decode()
    answer = alice_client.post(URL, {"language": "zh-hans", "next": PLACE})
    assert (answer.status_code, answer["Location"]) == (302, PLACE)
    assert 'lang="zh-hans"' in alice_client.get(PLACE).content.decode()


def test_it_is_remembered_for_the_person_in_every_browser(alice_client, alice):
    alice_client.post(URL, {"language": "zh-hans", "next": "/"})
    other_browser = sign_in(alice)
    answer = other_browser.get("/me/", headers={"Accept-Language": "en"})
    assert answer["Content-Language"] == "zh-hans"


@pytest.mark.django_db
def test_it_is_remembered_in_the_browser_before_the_login(client):
    client.post(URL, {"language": "zh-hans", "next": "/login/"})
    assert client.get("/login/")["Content-Language"] == "zh-hans"


@pytest.mark.django_db
def test_the_first_visit_follows_the_browser():
    answer = Client().get("/login/", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert answer["Content-Language"] == "zh-hans"


@pytest.mark.parametrize("language", ["tlh", "de", ""])
def test_a_language_that_we_do_not_speak_changes_nothing(alice_client, alice, language):
    alice_client.post(URL, {"language": language, "next": "/"})
    alice.refresh_from_db()
    assert alice.language == ""
    assert alice_client.get("/me/")["Content-Language"] == "en"


def test_it_leads_to_no_other_host(alice_client):
    answer = alice_client.post(URL, {"language": "en", "next": "https://evil.example.com/"})
    assert answer["Location"] == "/"


def test_a_link_cannot_change_it(alice_client):
    assert alice_client.get(f"{URL}?language=zh-hans").status_code == 405
