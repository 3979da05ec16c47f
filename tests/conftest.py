import ipaddress
import os
import sys

import pytest
from django.conf import settings
from django.core.cache import cache

from accounts import zone

LOCAL_NAMES = {"localhost", ""}


def refuse_the_outside(event, arguments):
    """No test may leave this machine, whatever code it runs."""
    if event in {"socket.connect", "socket.sendto"} and not is_local(arguments[1]):
        raise PermissionError(f"a test tried to reach {arguments[1]}")


def is_local(address):
    if not isinstance(address, tuple) or address[0] in LOCAL_NAMES:
        return True  # a unix socket has a path
    try:
        return ipaddress.ip_address(address[0].partition("%")[0]).is_loopback
    except ValueError:
        return False


sys.addaudithook(refuse_the_outside)


def pytest_configure():
    os.makedirs(settings.STATIC_ROOT, exist_ok=True)  # WhiteNoise warns without it
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES["staticfiles"] = {"BACKEND": plain}
    settings.CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    settings.PASSWORD_HASHERS[:] = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _empty_cache(monkeypatch):
    """Rate limits are counted there; one test must not use up another's. Nor its time zone, which
    is asked for once in a test, however long that takes: queries are counted."""
    monkeypatch.setattr(zone, "CACHE_SECONDS", 1e9)
    yield
    cache.clear()
    zone.forget()
