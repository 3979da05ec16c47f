from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from providers.models import Belonging, Site, UserPoint
from tests.dashboard.watching import sign_in
from tests.factories import make_user
from tests.factories_usage import make_connection, make_feed, make_log

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return sign_in("mira", role="admin")


@pytest.fixture
def every():
    return make_feed(scope="all", account="")


def page(client, query=""):
    return client.get(f"/team/who/{query}").content.decode()


def post(client, path, **fields):
    return client.post(f"/team/{path}", fields, follow=True).content.decode()


def wish(feed, member, **fields):
    return {"site": feed.site_id, "kind": "user", "upstream_id": "7", "member": member.pk} | fields


def test_unmapped_users_are_listed_with_their_spend_the_largest_first(admin, every):
    make_log(every, user="smaller-user", user_id="7", units=500_000)
    make_log(every, user="larger-user", user_id="8", units=5_000_000)
    text = page(admin)
    assert text.index("larger-user") < text.index("smaller-user")
    assert "$10.00" in text
    assert "$11.00" in text, "the sum of what is nobody's"


def test_former_names_are_one_user(admin, every):
    make_log(every, user="before", user_id="7", units=500_000)
    make_log(every, user="after", user_id="7", units=500_000)
    text = page(admin)
    assert "formerly before" in text
    assert "$2.00" in text


def test_an_account_that_a_member_watches_is_suggested(admin, every):
    make_connection(make_user("alice"), make_feed(every.site, account="7"))
    make_log(every, user="whoever", user_id="7")
    assert "Alice watches this account" in page(admin)


@pytest.mark.parametrize("called", ["alice@example.com", "ALICE", "Alice"])
def test_a_member_of_the_same_name_is_suggested(admin, every, called):
    make_user("alice")
    make_log(every, user=called, user_id="7")
    assert "Alice has the same name" in page(admin)


def test_a_name_of_two_members_suggests_nobody(admin, every):
    make_user("alice")
    make_user("alice2", email="alice@other.example")
    make_log(every, user="Alice", user_id="7")
    assert "has the same name" not in page(admin)


def test_confirming_says_who_did_it_and_moves_it_down(admin, every):
    alice = make_user("alice")
    make_log(every, user="ali", user_id="7")
    assert "It belongs to Alice now." in post(admin, "who/confirm/", **wish(every, alice))
    made = Belonging.objects.get()
    assert (made.member, made.confirmed_by.name) == (alice, "Mira")
    assert "Everybody is mapped." in page(admin)


def test_days_that_are_taken_are_refused_with_a_sentence(admin, every):
    alice, bob = make_user("alice"), make_user("bob")
    make_log(every, user="ali", user_id="7")
    post(admin, "who/confirm/", **wish(every, alice, since="2026-03-02"))
    assert "It belongs to Alice from 2 Mar" in post(admin, "who/confirm/", **wish(every, bob))
    post(admin, "who/confirm/", **wish(every, bob, until="2026-03-02"))
    assert Belonging.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"member": ""}, "Choose a member."),
        ({"since": "2026-03-02", "until": "2026-03-02"}, "The first day is after the last one."),
        ({"since": "soon"}, "Enter a valid date."),
    ],
)
def test_what_cannot_be_meant_is_told(admin, every, fields, sentence):
    text = post(admin, "who/confirm/", **wish(every, User.objects.get()) | fields)
    assert sentence in text
    assert not Belonging.objects.exists()


def test_it_ends_on_a_day(admin, every):
    make_log(every, user="ali", user_id="7")
    post(admin, "who/confirm/", **wish(every, User.objects.get(), since="2026-03-02"))
    made = Belonging.objects.get()
    post(admin, f"who/{made.pk}/end/", until="2026-03-05")
    made.refresh_from_db()
    assert made.until == date(2026, 3, 5)
    post(admin, f"who/{made.pk}/end/", until="2026-03-01")
    assert not Belonging.objects.exists(), "what never was, goes"


def test_keys_are_mapped_too(admin, every):
    alice = make_user("alice")
    make_log(every, key="her key")
    assert "her key" in page(admin, "?kind=key")
    post(admin, "who/confirm/", **wish(every, alice, kind="key", upstream_id="1"))
    assert Belonging.objects.get().kind == "key"


def test_addresses_are_merged_and_separated(admin, every):
    other = make_feed(scope="all", account="")
    assert (
        "choose two different"
        in post(admin, "sites/merge/", alias=every.site_id, site=every.site_id).lower()
    )
    post(admin, "sites/merge/", alias=every.site_id, site=other.site_id)
    assert Site.objects.get(pk=every.site_id).same_as == other.site
    post(admin, f"sites/{every.site_id}/part/")
    assert Site.objects.get(pk=every.site_id).same_as is None


@pytest.mark.parametrize("path", ["who/confirm/", "who/1/end/", "sites/merge/", "sites/1/part/"])
def test_only_admins_say_so(path):
    assert sign_in("bob").post(f"/team/{path}").status_code == 404
    assert sign_in("fay", role="finance").post(f"/team/{path}").status_code == 404


def test_queries_do_not_grow_with_people(admin, every, django_assert_max_num_queries):
    for number in range(20):
        make_log(every, user=f"u{number}", user_id=str(number), time=timezone.now())
    page(admin)
    with django_assert_max_num_queries(22):
        page(admin)


def test_the_site_s_own_statistic_stands_beside_what_was_mirrored(admin, every):
    make_log(every, user="ali", user_id="7", units=1_000_000)
    hour = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(days=2)
    for number, name in enumerate(("ali", "ali", "bo")):
        UserPoint.objects.create(
            feed=every,
            hour=hour + timedelta(hours=number),
            username=name,
            requests=1,
            units=250_000,
            tokens=5,
        )
    UserPoint.objects.create(
        feed=every, hour=hour - timedelta(days=40), username="ali", requests=1, units=7, tokens=5
    )
    (one,) = admin.get("/team/who/").context["found"].unmapped
    assert (one.amount.usd, one.said.usd) == (2, 1)
