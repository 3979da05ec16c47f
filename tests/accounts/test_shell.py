"""What every page has around it."""

import json
import re

import pytest
from django.template.loader import render_to_string
from django.test import Client

# The words of the house style, in its order. Each has a reason there.
HTMX_CONFIG = {
    "allowEval": False,
    "includeIndicatorStyles": False,
    "attributesToSettle": ["class"],
    "historyCacheSize": 0,
    "historyRestoreAsHxRequest": False,
    "selfRequestsOnly": True,
}


def navigation(client, path="/me/"):
    page = client.get(path).content.decode()
    bar = re.search(r'<nav class="bar-nav".*?</nav>', page, re.S)[0]
    return re.findall(r'<a href="([^"]+)"(?: aria-current="page")?>', bar)


def test_a_member_sees_the_pages_that_exist(alice_client):
    assert navigation(alice_client) == ["/", "/logs/", "/connections/"]


def test_an_admin_sees_what_is_of_everybody_as_well(admin_client):
    pages = ["/", "/logs/", "/connections/", "/verification/", "/team/", "/system/"]
    assert navigation(admin_client) == pages


def test_the_page_that_is_open_is_marked_and_no_other(admin_client):
    page = admin_client.get("/team/members/").content.decode()
    assert re.findall(r'href="([^"]+)" aria-current="page"', page) == ["/team/"]


def test_a_request_is_looked_up_without_a_script(alice_client):
    page = alice_client.get("/me/").content.decode()
    assert '<form class="only-wide" action="/logs/" method="get" role="search">' in page
    assert 'name="request_id"' in page


def test_htmx_is_told_to_respect_the_policy(alice_client):
    page = alice_client.get("/me/").content.decode()
    config = re.search(r"<meta name=\"htmx-config\" content='([^']+)'>", page)[1]
    assert json.loads(config) == HTMX_CONFIG
    assert "django_htmx/htmx" in page
    assert re.search(r"""hx-headers='\{"x-csrftoken": "\w{64}"\}'""", page)


def test_the_foot_names_version_and_zone(alice_client, settings):
    page = alice_client.get("/me/").content.decode()
    assert f"Tollbook {settings.VERSION}" in page
    assert "All times: UTC (UTC+00:00)" in page


def test_a_name_of_a_person_is_text(alice_client, alice):
    alice.prefer(name="<script>alert(1)</script>")
    assert "<script>alert" not in alice_client.get("/me/").content.decode()


def test_a_page_that_does_not_exist_says_so(alice_client):
    answer = alice_client.get("/nowhere/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


@pytest.mark.django_db
def test_a_stranger_gets_no_navigation_with_it(client):
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert 'href="/logs/"' not in answer.content.decode()


def test_a_form_without_its_token_is_refused_with_a_sentence(alice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    answer = client.post("/me/", {"name": "A"})
    assert answer.status_code == 403
    assert "This was not sent" in answer.content.decode()


def test_our_mistake_is_told_without_the_database():
    page = render_to_string("500.html")  # as Django does it, and no database in this test
    assert "Something went wrong here" in page


@pytest.mark.django_db
def test_the_number_of_queries_of_the_shell(alice_client, django_assert_num_queries):
    # session, person, business zone, own and group permissions
    with django_assert_num_queries(5):
        alice_client.get("/help/")
