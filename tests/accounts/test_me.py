import pytest

from accounts.models import User

URL = "/me/"


@pytest.mark.django_db
def test_it_asks_for_a_login(client):
    assert client.get(URL)["Location"] == f"/login/?next={URL}"


def test_it_shows_the_person_and_the_ways_to_more_safety(alice_client):
    page = alice_client.get(URL).content.decode()
    for text in ("alice@example.com", "/password/change/", "/two-factor/", "/sessions/"):
        assert text in page


def test_it_saves_preferences(alice_client):
    wanted = {"name": "Alice B.", "language": "zh-hans", "theme": "dark"}
    assert alice_client.post(URL, wanted)["Location"] == URL
    assert User.objects.values("name", "language", "theme").get() == wanted


def test_a_theme_holds_on_every_page(alice_client, alice):
    assert "data-theme" not in alice_client.get(URL).content.decode()
    alice.prefer(theme="dark")
    assert 'data-theme="dark"' in alice_client.get(URL).content.decode()


@pytest.mark.parametrize("wrong", [{"theme": "pink"}, {"language": "tlh"}, {"name": ""}])
def test_nonsense_changes_nothing(alice_client, wrong):
    answers = {"name": "Alice B.", "language": "", "theme": "dark"} | wrong
    assert alice_client.post(URL, answers).status_code == 200
    assert User.objects.get().name == "Alice"


def test_a_role_cannot_be_taken(alice_client):
    alice_client.post(URL, {"name": "A", "theme": "dark", "role": "admin", "is_superuser": "1"})
    assert User.objects.get().role == "member"
