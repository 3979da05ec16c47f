"""Plain functions that make one valid row each; pass only what the test is about."""

from importlib import import_module

from django.apps import apps
from django.contrib.auth.models import Group

from accounts.models import User

PASSWORD = "correct horse battery staple"
_roles = import_module("accounts.migrations.0002_roles")


def make_user(name="alice", role="member", **fields):
    if not Group.objects.exists():  # a test with real transactions empties every table
        _roles.make_roles(apps, None)
    fields = {"email": f"{name}@example.com", "password": PASSWORD, "name": name.title()} | fields
    return User.objects.create_user(role=role, **fields)
