import re

import pytest
from django.utils.timezone import now

from accounts.models import Invitation, User
from tests.accounts.conftest import sign_in
from tests.factories import make_user

URL = "/team/members/"
INVITE = "/team/members/invite/"
LIN = {"email": "Lin@Example.com", "role": "finance"}


def link_in(answer):
    found = re.search(r"http://testserver(/invitation/[\w-]+/)", answer.content.decode())
    return found and found[1]


def make_invitation(admin, email="lin@example.com"):
    return Invitation.objects.invite(email=email, role="member", by=admin, now=now())[0]


@pytest.mark.django_db
def test_it_asks_for_a_login(client):
    assert client.get(URL)["Location"] == f"/login/?next={URL}"


def test_it_shows_people_with_role_and_state(admin_client):
    make_user("bob", role="finance", is_active=False)
    page = admin_client.get(URL).content.decode()
    for text in ("Root", "bob@example.com", "Finance", "Deactivated"):
        assert text in page


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["member", "finance"])
def test_it_does_not_exist_for_others(role):
    client = sign_in(make_user(role=role))
    assert client.get(URL).status_code == 404
    assert client.post(INVITE, LIN).status_code == 404
    assert client.post("/team/invitations/1/revoke/").status_code == 404
    assert not Invitation.objects.exists()


def test_htmx_gets_only_the_panel(admin_client):
    panel = admin_client.get(URL, headers={"HX-Request": "true"}).content.decode()
    assert panel.strip().startswith('<section class="section" id="invitations"')
    assert "<html" not in panel


def test_an_invitation_gives_a_link_that_works(admin_client, client):
    answer = admin_client.post(INVITE, LIN)
    made = Invitation.objects.get()
    assert (made.email, made.role) == ("lin@example.com", "finance")
    assert client.get(link_in(answer)).status_code == 200


def test_the_link_is_shown_once(admin_client):
    assert link_in(admin_client.post(INVITE, LIN))
    page = admin_client.get(URL)
    assert link_in(page) is None
    assert "lin@example.com" in page.content.decode()


def test_the_link_leads_to_the_public_address(admin_client, settings):
    settings.PUBLIC_URL = "https://tollbook.example.com"
    page = admin_client.post(INVITE, LIN).content.decode()
    assert "https://tollbook.example.com/invitation/" in page


def test_htmx_gets_the_link_in_the_panel(admin_client):
    answer = admin_client.post(INVITE, LIN, headers={"HX-Request": "true"})
    assert link_in(answer)
    assert "<html" not in answer.content.decode()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"email": "nobody"}, "valid email"),
        ({"email": "ROOT@example.com"}, "already has an account"),
        ({"role": "emperor"}, "Select a valid choice"),
    ],
)
def test_nonsense_comes_back_with_its_error(admin_client, wrong, sentence):
    answer = admin_client.post(INVITE, LIN | wrong)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not Invitation.objects.exists()


def test_a_withdrawn_invitation_is_dead(admin_client, client):
    path = link_in(admin_client.post(INVITE, LIN))
    answer = admin_client.post(f"/team/invitations/{Invitation.objects.get().pk}/revoke/")
    assert answer["Location"] == URL
    assert client.get(path).status_code == 410


def test_withdrawing_twice_is_a_404(admin_client, admin):
    url = f"/team/invitations/{make_invitation(admin).pk}/revoke/"
    admin_client.post(url)
    assert admin_client.post(url).status_code == 404


def test_withdrawing_by_htmx_gives_the_panel_again(admin_client, admin):
    url = f"/team/invitations/{make_invitation(admin).pk}/revoke/"
    panel = admin_client.post(url, headers={"HX-Request": "true"}).content.decode()
    assert "Nobody is invited" in panel
    assert "<html" not in panel


def test_the_number_of_queries_does_not_grow(admin_client, admin, django_assert_num_queries):
    for number in range(5):
        make_user(f"member{number}")
        make_invitation(admin, email=f"guest{number}@example.com")
    # session, person, business zone, own and group permissions, people, their groups, invitations,
    # connections
    with django_assert_num_queries(9):
        admin_client.get(URL)
    assert User.objects.count() == 6
