import pytest

from dashboard.unreadable import why
from providers.adapters import ADAPTERS

GOOD = '{"created_at": 1700000000, "type": 2, "quota": 5, "use_time": 1}'


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (GOOD.replace("5", '"12"'), "“quota” is text, where a whole number was expected."),
        (GOOD.replace("5", "12.5"), "“quota” is a number with a fraction, where"),
        (GOOD.replace("5", "null"), "“quota” is nothing, where a whole number was expected."),
        (
            GOOD.replace(', "use_time": 1', ', "model_name": {}'),
            "“model_name” is a group of",
        ),
        (GOOD.replace("5", "1e400"), "“quota” is larger or smaller than any number"),
        (GOOD.replace("5", "9" * 30), "“quota” is larger or smaller than any number"),
        (GOOD.replace("1700000000", "0"), "“created_at” is larger or smaller than any number"),
        (GOOD.replace(', "quota": 5', ""), "“quota” is missing."),
        ("[1]", "It is a list, where a group of values was expected."),
        (GOOD[:20], "It is not valid JSON."),
        ("{nonsense}", "It is not valid JSON."),
        (GOOD.replace("1}", "1} x"), "It is not valid JSON."),
        ('{"x":' + "[" * 100_000, "It is nested too deeply."),
    ],
)
def test_what_the_parser_says_is_told_in_plain_words(raw, words):
    with pytest.raises(ValueError) as error:  # noqa: PT011  the text is what counts
        ADAPTERS["new_api"].reread(raw)
    assert why(str(error.value)).startswith(words)


def test_bytes_that_are_no_text_are_told():
    reason = "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"
    assert why(reason) == "It holds characters that are not valid text."


def test_what_nobody_has_seen_yet_is_told_in_general():
    assert why("a new kind of trouble") == "It has another form than expected."
