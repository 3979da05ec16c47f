"""Between a phone and a wide desk no page scrolls sideways, and no number is cut."""

import pytest

from tests.browser.looking import misfits, sign_in
from tests.browser.test_pages import other_pages, proof_pages, usage_pages

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = [320, 480, 768, 1024, 1280, 1366, 1920]


@pytest.mark.parametrize("pages", [usage_pages, other_pages, proof_pages])
def test_a_page_fits_every_screen(page, live_server, scene, pages):
    sign_in(page, live_server, scene.admin)
    found = []
    for path in pages(scene):
        page.goto(f"{live_server.url}{path}")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            found += [f"{path}: {misfit}" for misfit in misfits(page)]
    assert found == []
