from django.utils import translation

from dashboard.commas import listed
from dashboard.type_names import type_name, vocabulary_meaning


def test_a_list_has_the_comma_of_its_language():
    assert listed(["a", 1]) == "a, 1"
    with translation.override("zh-hans"):
        assert listed(["甲", "乙"]) == "甲、乙"
        assert vocabulary_meaning("new-api").startswith("1 充值、2 消费")


def test_an_unknown_type_says_its_number():
    assert type_name("unknown", 9) == "unknown type 9"
    with translation.override("zh-hans"):
        assert type_name("unknown", 9) == "未知类型 9"
