import pytest

from dashboard import names
from tests.factories_usage import make_name

pytestmark = pytest.mark.django_db

MODELS = ("gpt-4o", "gpt-4o-mini", "GPT-5", "claude-sonnet-4-5", "a_b", "100%")


@pytest.fixture
def _models():
    for model in MODELS:
        make_name("model", model)


@pytest.mark.usefixtures("_models")
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("gpt", {"gpt-4o", "gpt-4o-mini", "GPT-5"}),
        ("=gpt-4o", {"gpt-4o"}),
        ("gpt-4%", {"gpt-4o", "gpt-4o-mini"}),
        ("%mini", {"gpt-4o-mini"}),
        ("claude%4%5", {"claude-sonnet-4-5"}),
        ("%n%n%", {"claude-sonnet-4-5"}),
        ("_", {"a_b"}),
        ("gpt-4o%gpt-4o", set()),
        ("%", set(MODELS)),
        ("nothing", set()),
    ],
)
def test_a_text_finds_its_names(wanted, found):
    ids = names.matching("model", wanted)
    assert set(names.texts_of(ids).values()) == found


def test_another_kind_is_not_found():
    make_name("key", "gpt")
    assert names.matching("model", "gpt") == []


def test_many_wildcards_cost_no_more():
    make_name("model", "a" * 5000)
    assert names.matching("model", "a%" * 90 + "b") == []


def test_a_name_is_read_once(django_assert_num_queries):
    pk = make_name("model", "gpt-4o").pk
    with django_assert_num_queries(1):  # names of the unknown ids
        assert names.texts_of([pk, None]) == names.texts_of([pk]) == {pk: "gpt-4o"}


def test_a_new_model_changes_no_colour():
    first = [make_name("model", f"model {number}").pk for number in range(3)]
    before = names.slots_of(first)
    new = make_name("model", "newest").pk
    assert names.slots_of([*first, new]) == before | {new: 4}
