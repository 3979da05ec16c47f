"""A connection to a log behind a cursor, as its page shows it."""

import html
import re

import pytest
from django.urls import reverse

from dashboard.links import links_of
from providers import names
from tests.providers.sync import hk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _installation(settings):
    hk.install(settings)
    names.forget()


@pytest.fixture(scope="module")
def running():
    with hk.start() as double:
        yield double


@pytest.fixture
def mirror(running):
    return hk.load(running, hk.rows(12))


def page_of(client, mirror):
    client.force_login(mirror.connection.owner)
    return client.get(reverse("connection", args=[mirror.connection.pk])).content.decode()


def test_a_whole_chain_is_told_with_its_links(client, mirror):
    mirror.double.top_up(hk.LAB, 5000)
    mirror.double.append(hk.LAB, [{"quota": 1, "created_at": hk.ago(90)}])
    mirror.sync()
    page = page_of(client, mirror)
    assert "complete: 12 of 12 links" in page
    assert "5,000" in page
    assert f'href="{mirror.double.url}/m/aisk"' in page


def test_a_charge_without_a_row_breaks_a_link(client, mirror):
    gone = mirror.double.truth(hk.LAB)[5]
    mirror.double.delete([gone["id"]])
    mirror.sync()
    assert (links_of(mirror.feed).count, links_of(mirror.feed).intact) == (10, 9)
    page = page_of(client, mirror)
    assert "9 of 10 links hold" in page
    (broken,) = links_of(mirror.feed).breaks
    assert broken.units == gone["quota"]
    (link,) = re.findall(r'href="(/logs/[^"]+)">Rows around it', page)
    around = client.get(html.unescape(link)).context["page"].rows
    ids = [row["id"] for row in mirror.double.truth(hk.LAB)]
    assert {row.detail.upstream_id for row in around} == {
        max(row_id for row_id in ids if row_id < gone["id"]),
        min(row_id for row_id in ids if row_id > gone["id"]),
    }
