import pytest

from accounts.models import User
from providers import pacing, secrets
from providers.models import Connection
from tests.dashboard.watching import sign_in
from tests.upstream import World, start_double

pytestmark = pytest.mark.django_db
URL = "/connections/add/"
HTMX = {"HX-Request": "true"}
WRONG = "test-unknown-token-0123456789abcd"


@pytest.fixture(autouse=True)
def _installation(settings):
    settings.TOLLBOOK_ALLOWED_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    settings.TOLLBOOK_SITE_REQUESTS_PER_MINUTE = 1_000_000


@pytest.fixture(scope="module")
def double():
    with start_double(world=World()) as running:
        yield running


def typed(double, wish="save", **fields):
    own = {"url": f"{double.url}/console/log", "secret": double.token("lab"), "user_id": "2"}
    return own | {"name": "Harbour", "wish": wish} | fields


def post(client, fields, **headers):
    response = client.post(URL, fields, headers=headers)
    return response, response.content.decode()


def test_it_asks_for_a_login(client):
    assert client.get(URL).status_code == 302


def test_it_says_that_admins_see_the_content():
    assert "they see the content of connections" in sign_in().get(URL).content.decode()


def test_saving_tests_and_stores_a_proven_secret(double):
    response, _ = post(sign_in(), typed(double))
    connection = Connection.objects.get()
    assert response.url == f"/connections/{connection.pk}/"
    assert connection.owner == User.objects.get()
    assert connection.site.base_url == double.url
    assert connection.feed.account == "2"
    assert secrets.open_secret(connection).reveal() == double.token("lab")


def test_htmx_is_sent_to_the_new_connection(double):
    response, _ = post(sign_in(), typed(double), **HTMX)
    assert response["HX-Redirect"] == f"/connections/{Connection.objects.get().pk}/"


def test_a_test_tells_what_was_found_and_stores_nothing(double):
    _, page = post(sign_in(), typed(double, "test"))
    about_user = "User ID 2 belongs to this access token"
    for sentence in ["Version: v0.13.2", "Account: lab (2)", "Role: common user", about_user]:
        assert sentence in page
    assert not Connection.objects.exists()


def test_what_did_not_prove_itself_is_explained_and_not_stored(double):
    _, page = post(sign_in(), typed(double, secret=WRONG))
    assert "The site does not know this access token." in page
    assert "Save anyway" in page
    assert not Connection.objects.exists()


def test_it_is_saved_anyway_on_an_explicit_wish(double):
    response, _ = post(sign_in(), typed(double, "save_anyway", secret=WRONG))
    connection = Connection.objects.get()
    assert response.url == f"/connections/{connection.pk}/"
    assert connection.feed is None


@pytest.mark.parametrize("wish", ["test", "save"])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_secret_never_goes_back_to_the_browser(double, wish, headers):
    client = sign_in()
    for secret in [WRONG, "sk-0123456789abcdef0123456789abcdef0123456789abcdef"]:
        _, page = post(client, typed(double, wish, secret=secret), **headers)
        assert secret not in page
    assert double.token("lab") not in post(client, typed(double, "test"), **headers)[1]


def test_without_javascript_the_token_is_asked_for_again(double):
    _, page = post(sign_in(), typed(double, "test"))
    assert "Type the access token again" in page


def test_with_htmx_the_browser_keeps_what_was_typed(double):
    _, page = post(sign_in(), typed(double, "test"), **HTMX)
    assert "hx-preserve" in page
    assert "Type the access token again" not in page


def test_a_key_for_calls_is_never_saved(double):
    fields = typed(double, "save_anyway", secret="sk-0123456789abcdef0123456789abcdef")
    _, page = post(sign_in(), fields)
    assert "This is an API key for model calls" in page
    assert "Save anyway" not in page
    assert not Connection.objects.exists()


def test_a_private_address_is_never_saved(double, settings):
    settings.TOLLBOOK_ALLOWED_PRIVATE_NETWORKS = []
    _, page = post(sign_in(), typed(double, "save_anyway"))
    assert "Save anyway" not in page
    assert not Connection.objects.exists()


@pytest.mark.parametrize("address", ["", "not a web address", "ftp://gateway.example", "https://"])
def test_a_wrong_address_is_told_beside_its_field(double, address):
    _, page = post(sign_in(), typed(double, url=address))
    assert 'id="id_url_error"' in page
    assert not double.requests("/nowhere")


def test_the_user_id_is_a_number(double):
    _, page = post(sign_in(), typed(double, user_id="lab"))
    assert "The user ID is a number." in page


def test_only_admins_are_offered_the_rows_of_all_users(double):
    assert "Rows of all users" not in sign_in().get(URL).content.decode()
    assert "Rows of all users" in sign_in("mira", role="admin").get(URL).content.decode()


def test_an_admin_of_both_adds_the_rows_of_all_users(double):
    keeper = {"secret": double.token("keeper"), "user_id": "4"}
    client = sign_in("mira", role="admin")
    post(client, typed(double, scope="all", **keeper))
    connection = Connection.objects.get()
    assert (connection.scope, connection.feed.scope, connection.feed.account) == ("all", "all", "")
    again = post(client, typed(double, "test", scope="all", **keeper))[1]
    assert "You already have a connection" in again


def test_a_common_account_there_is_told_that_it_may_not_read_all_rows(double):
    _, page = post(sign_in("mira", role="admin"), typed(double, scope="all"))
    assert "This account may not read everybody&#x27;s rows." in page
    assert not Connection.objects.exists()


def test_a_member_cannot_ask_for_the_rows_of_all_users(double):
    post(sign_in(), typed(double, scope="all"))
    assert Connection.objects.get().scope == "own"


def test_an_account_that_is_mirrored_already_is_told(double):
    post(sign_in("bob"), typed(double))
    client = sign_in()
    assert "already mirrored by another member" in post(client, typed(double, "test"))[1]
    post(client, typed(double))
    assert "You already have a connection" in post(client, typed(double, "test"))[1]


def test_somebody_elses_account_is_not_told_without_its_token(double):
    post(sign_in("bob"), typed(double))
    _, page = post(sign_in(), typed(double, "test", secret=WRONG))
    assert "another member" not in page


def test_too_many_tests_are_refused(double):
    client = sign_in()
    pages = [post(client, typed(double, "test"))[1] for _ in range(26)]
    assert "Wait a minute" in pages[-1]


def test_a_spent_budget_is_a_sentence(double, settings):
    client = sign_in()
    post(client, typed(double))
    pacing.penalise(Connection.objects.get().site_id, retry_after=None)
    assert "slow down" in post(client, typed(double, "test"))[1]
