import pytest

from tests.browser import chromium
from tests.browser.looking import complaints_of, sign_in
from tests.browser.scene import make_scene
from tests.factories import make_user


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    options = chromium.launch_options()
    if options is None:
        pytest.skip("no Chromium on this machine")
    return browser_type_launch_args | options


@pytest.fixture
def browser_context_args(browser_context_args):
    return browser_context_args | {"timezone_id": "Asia/Kolkata", "locale": "en-GB"}


@pytest.fixture
def complaints(page):
    return complaints_of(page)


@pytest.fixture
def alice(transactional_db):
    return make_user("alice")


@pytest.fixture
def signed_in(page, live_server, alice, complaints):
    sign_in(page, live_server, alice)
    return page


@pytest.fixture
def scene(transactional_db):
    return make_scene()
