import pytest
import time_machine

from accounts import zone
from accounts.models import Installation
from dashboard.templatetags.navigation import business_zone_label

pytestmark = pytest.mark.django_db


def install(time_zone):
    Installation.objects.update_or_create(pk=1, defaults={"time_zone": time_zone})


def test_it_is_utc_until_somebody_says_otherwise():
    assert zone.business_zone().key == "UTC"


def test_it_is_what_was_set_up():
    install("Asia/Shanghai")
    assert zone.business_zone().key == "Asia/Shanghai"


def test_the_environment_wins(settings):
    install("Asia/Shanghai")
    settings.TOLLBOOK_TIME_ZONE = "Europe/Berlin"
    assert zone.business_zone().key == "Europe/Berlin"


def test_it_is_asked_for_once_in_a_while(django_assert_num_queries):
    zone.forget()
    with django_assert_num_queries(1), time_machine.travel(0, tick=False):
        for _ in range(5):
            zone.business_zone()


@time_machine.travel("2026-07-01T00:00:00Z")
@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Asia/Shanghai", "Asia/Shanghai (UTC+08:00)"),
        ("Asia/Kolkata", "Asia/Kolkata (UTC+05:30)"),
        ("America/New_York", "America/New_York (UTC-04:00)"),
    ],
)
def test_the_foot_of_the_page_names_it_with_its_offset(name, label):
    install(name)
    assert business_zone_label() == label
