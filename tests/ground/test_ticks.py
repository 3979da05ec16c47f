from datetime import UTC, datetime, timedelta

import pytest

from dashboard.celery import app
from dashboard.ticks import Every

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "is_due"), [(0, False), (29, False), (30, True), (3600, True), (-3600, True)]
)
def test_it_is_due_after_its_pause_and_after_the_clock_was_set_back(ago, is_due):
    every = Every(30.0, nowfun=lambda: NOW, app=app)
    assert every.is_due(NOW - timedelta(seconds=ago)).is_due == is_due
