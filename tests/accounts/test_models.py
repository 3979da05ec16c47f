import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from accounts.models import Role, User
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_an_email_is_kept_in_lower_case():
    assert make_user(email=" Alice@Example.COM ").email == "alice@example.com"


def test_an_email_belongs_to_one_person_however_it_is_typed():
    make_user(email="alice@example.com")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_user(email="ALICE@example.com")


def test_the_database_refuses_an_email_in_capitals():
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(email="Alice@example.com")])


def test_an_email_is_found_however_it_is_typed():
    alice = make_user(email="alice@example.com")
    assert User.objects.get_by_natural_key("Alice@Example.com") == alice


@pytest.mark.parametrize(
    ("role", "permissions"),
    [
        ("member", set()),
        ("finance", {"accounts.view_all_spend"}),
        (
            "admin",
            {
                "accounts.view_all_spend",
                "accounts.view_all_logs",
                "accounts.manage_people",
                "accounts.view_system",
            },
        ),
    ],
)
def test_a_role_is_a_set_of_permissions(role, permissions):
    user = make_user(role=role)
    assert (user.role, user.get_all_permissions()) == (role, permissions)
    assert user.is_admin_role == (role == "admin")
    assert user.is_finance_role == (role == "finance")


def test_a_new_role_takes_the_place_of_the_old_one():
    user = make_user(role="admin")
    user.set_role("finance")
    assert (user.role, user.groups.count()) == (Role.FINANCE, 1)


def test_somebody_in_no_group_is_a_member():
    user = make_user()
    user.groups.clear()
    assert User.objects.get().role is Role.MEMBER


def test_roles_of_many_people_are_read_at_once(django_assert_num_queries):
    for name in ("alice", "bob", "carol"):
        make_user(name)
    with django_assert_num_queries(2):  # people, their groups
        assert {user.role for user in User.objects.prefetch_related("groups")} == {Role.MEMBER}


def test_createsuperuser_needs_no_terminal(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_EMAIL", "Root@Example.com")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "correct horse battery")
    call_command("createsuperuser", interactive=False, verbosity=0)
    root = User.objects.get()
    assert (root.email, root.role) == ("root@example.com", Role.ADMIN)
    assert root.groups.get().name == "admin"
    assert root.check_password("correct horse battery")
