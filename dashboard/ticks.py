"""When the scheduler acts."""

from datetime import datetime, timedelta

from celery.schedules import schedule


class Every(schedule):
    """Due as well where the last time lies ahead, because the clock was set back since; else the
    scheduler would wait until the clock has come round again."""

    def remaining_estimate(self, last_run_at: datetime) -> timedelta:
        left = super().remaining_estimate(last_run_at)
        return left if left.total_seconds() <= self.seconds else timedelta(0)
