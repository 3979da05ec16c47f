import pytest

from providers import messages
from providers.adapters.records import Finding


@pytest.mark.parametrize(
    ("code", "value", "sentence"),
    [
        ("balance", "10234000", "Balance: 10,234,000 units"),
        ("balance", "-500", "Balance: -500 units"),
        ("unit", "500000", "500,000 units are one US dollar"),
        ("unit", "1234.5", "1,234.5 units are one US dollar"),
        ("role", "1", "Role: common user"),
        ("role", "10", "Role: admin"),
        ("role", "100", "Role: root"),
        ("role", "5", "Role: 5"),
        ("user_id_right", "10234", "User ID 10234 belongs to this access token"),
    ],
)
def test_a_finding_reads_well(code, value, sentence):
    assert messages.finding(Finding(code=code, value=value)) == sentence
