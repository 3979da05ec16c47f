"""The one list of pages without a login, held against the map of all pages."""

from uuid import UUID

import pytest
from django.urls import URLPattern, get_resolver, reverse
from django.urls.converters import IntConverter, UUIDConverter

from accounts.public import PUBLIC_PAGES
from dashboard.urls import PlaceConverter

EXAMPLES = {IntConverter: 1, PlaceConverter: 1, UUIDConverter: UUID(int=1)}


def pages(patterns):
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        else:
            yield from pages(pattern.url_patterns)


ALL_PAGES = list(pages(get_resolver().url_patterns))


def address_of(pattern):
    converters = getattr(pattern.pattern, "converters", {})
    names = pattern.pattern.regex.groupindex
    examples = {name: EXAMPLES.get(type(converters.get(name)), "example") for name in names}
    return reverse(pattern.name, kwargs=examples)


def test_every_page_has_a_name_of_its_own():
    names = [page.name for page in ALL_PAGES]
    assert all(names)
    assert len(names) == len(set(names))


def test_the_list_is_what_the_views_say():
    public = {page.name for page in ALL_PAGES if not getattr(page.callback, "login_required", True)}
    assert public == PUBLIC_PAGES


@pytest.mark.django_db
@pytest.mark.parametrize("pattern", ALL_PAGES, ids=lambda pattern: pattern.name)
def test_it_sends_strangers_to_the_login_unless_it_is_listed(client, pattern):
    answer = client.get(address_of(pattern))
    is_sent_away = answer.headers.get("Location", "").startswith("/login/?next=")
    assert is_sent_away == (pattern.name not in PUBLIC_PAGES)
