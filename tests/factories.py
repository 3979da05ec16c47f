"""Plain functions that make one valid row each; pass only what the test is about."""

from importlib import import_module

from django.apps import apps
from django.contrib.auth.models import Group

from accounts.models import User

PASSWORD = "correct horse battery staple"
_roles = import_module("accounts.migrations.0002_roles")
_audit = import_module("accounts.migrations.0003_audit")


def make_roles():
    """A test with real transactions empties every table afterwards, that of the roles as well."""
    if not Group.objects.exists():
        _roles.make_roles(apps, None)
        _audit.let_admins_see(apps, None)


def make_user(name="alice", role="member", **fields):
    make_roles()
    fields = {"email": f"{name}@example.com", "password": PASSWORD, "name": name.title()} | fields
    return User.objects.create_user(role=role, **fields)
