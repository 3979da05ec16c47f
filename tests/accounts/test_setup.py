import pytest
from django.core.management import call_command
from django.db.models import QuerySet
from django.test import Client
from django.utils.timezone import now

from accounts import setup
from accounts.models import AuditEvent, Installation, Role, User
from accounts.people import NewPerson
from accounts.zone import business_zone
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

ANSWERS = {
    "email": "Mira@Example.com",
    "name": "Mira",
    "password": PASSWORD,
    "password_again": PASSWORD,
    "time_zone": "Asia/Shanghai",
}


@pytest.fixture
def path(db):
    return setup.pending_setup_path()


def test_it_creates_the_first_admin_and_signs_them_in(client, path):
    answer = client.post(path, ANSWERS)
    mira = User.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert (mira.email, mira.name, mira.role) == ("mira@example.com", "Mira", Role.ADMIN)
    assert client.get("/me/").status_code == 200


def test_it_fixes_the_business_time_zone(client, path):
    assert business_zone().key == "UTC"
    client.post(path, ANSWERS)
    assert business_zone().key == "Asia/Shanghai"


def test_it_keeps_the_language_of_the_page(client, path):
    client.post("/language/", {"language": "zh-hans", "next": path})
    client.post(path, ANSWERS)
    assert User.objects.get().language == "zh-hans"


def test_it_proposes_utc_and_lets_the_script_propose_better(client, path):
    page = client.get(path).content.decode()
    assert '<option value="UTC" selected>' in page
    assert "data-propose-zone" in page


def test_it_does_not_overrule_the_zone_that_was_chosen(client, path):
    page = client.post(path, ANSWERS | {"password_again": "other"}).content.decode()
    assert '<option value="Asia/Shanghai" selected>' in page
    assert "data-propose-zone" not in page


def test_it_does_not_ask_for_a_zone_that_the_environment_gives(client, path, settings):
    settings.TOLLBOOK_TIME_ZONE = "Asia/Kolkata"
    assert "time_zone" not in client.get(path).content.decode()
    client.post(path, ANSWERS)
    assert Installation.objects.get().time_zone == "Asia/Kolkata"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"password": "short", "password_again": "short"}, "too short"),
        ({"password": "hkrt-5-vlqz", "password_again": "hkrt-5-vlqz"}, "at least 12"),
        ({"password_again": "something else"}, "The two passwords differ."),
        ({"email": "nobody"}, "valid email"),
        ({"time_zone": "Mars/Olympus"}, "Select a valid choice"),
    ],
)
def test_it_says_what_is_wrong_and_creates_nobody(client, path, wrong, sentence):
    answer = client.post(path, ANSWERS | wrong)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not User.objects.exists()


def test_the_link_works_once(client, path):
    client.post(path, ANSWERS)
    again = Client().post(path, ANSWERS | {"email": "eve@example.com"})
    assert again.status_code == 410
    assert "does not work any more" in again.content.decode()
    assert User.objects.count() == 1


def test_of_two_at_the_same_time_one_gets_in(path):
    token = path.split("/")[2]
    assert setup.set_up(token, new_person("mira"), time_zone="UTC", now=now()) is not None
    QuerySet(AuditEvent).delete()
    User.objects.all().delete()  # as the second one saw the table a moment earlier
    assert setup.set_up(token, new_person("eve"), time_zone="UTC", now=now()) is None


def test_a_newer_link_ends_the_older_one(client, path):
    newer = setup.pending_setup_path()
    assert client.get(path).status_code == 410
    assert client.get(newer).status_code == 200


def test_only_a_digest_of_the_token_is_stored(path):
    token = path.split("/")[2]
    assert token not in str(Installation.objects.values().get())


def test_there_is_no_link_when_somebody_has_an_account():
    make_user()
    assert setup.pending_setup_path() is None


def test_a_link_ends_when_an_admin_comes_another_way(client, path):
    make_user(role="admin")
    assert client.get(path).status_code == 410


def test_a_made_up_link_opens_nothing(client, path):
    assert client.get("/setup/made-up/").status_code == 410


def test_the_command_prints_the_link(capsys, client, settings):
    settings.PUBLIC_URL = "https://tollbook.example.com"
    call_command("setup_link")
    printed = capsys.readouterr().out.strip()
    assert printed.startswith("https://tollbook.example.com/setup/")
    assert client.get(printed.removeprefix(settings.PUBLIC_URL)).status_code == 200


def test_the_password_is_in_no_repr():
    assert PASSWORD not in repr(new_person("mira"))


def new_person(name):
    return NewPerson(email=f"{name}@example.com", name=name, language="en", password=PASSWORD)
