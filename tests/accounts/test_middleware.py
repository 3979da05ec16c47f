import pytest

from accounts.models import Installation

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/logs/?model=a&page=2"}


@pytest.mark.django_db
def test_a_lost_session_inside_a_fragment_sends_the_whole_page_to_the_login(client):
    answer = client.post("/team/members/invite/", headers=HTMX)
    assert answer.status_code == 200
    assert answer["HX-Redirect"] == "/login/?next=/logs/%3Fmodel%3Da%26page%3D2"
    assert "Location" not in answer


@pytest.mark.django_db
def test_a_page_of_another_host_is_not_where_the_login_leads(client):
    elsewhere = HTMX | {"HX-Current-URL": "https://evil.example.com/x"}
    assert client.get("/me/", headers=elsewhere)["HX-Redirect"] == "/login/?next=/"


@pytest.mark.django_db
def test_a_plain_request_is_redirected_as_ever(client):
    assert client.get("/me/")["Location"] == "/login/?next=/me/"


def test_other_redirects_inside_a_fragment_stay(alice_client):
    answer = alice_client.post("/me/", {"name": "A", "theme": "dark"}, headers=HTMX)
    assert (answer.status_code, answer["Location"]) == (302, "/me/")


def test_times_are_shown_in_the_business_zone(admin_client, admin):
    Installation.objects.update_or_create(pk=1, defaults={"time_zone": "Asia/Kolkata"})
    admin.last_login = "2026-11-18T20:00:00Z"
    admin.save(update_fields=["last_login"])
    assert "2026-11-19 01:30" in admin_client.get("/team/members/").content.decode()
