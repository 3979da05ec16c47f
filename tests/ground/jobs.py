"""A task queue with the product's settings and one slow job, for the tests of the broker."""

import os
import time
from pathlib import Path

from celery import Celery
from celery.signals import worker_init

from dashboard.celery import refuse_an_unmigrated_database

app = Celery("jobs", set_as_current=False)  # the tests are not its tasks
app.config_from_object("django.conf:settings", namespace="CELERY")
worker_init.disconnect(refuse_an_unmigrated_database)  # these jobs have no database


@app.task
def note(path, seconds):
    """Say that it began, take its time, say that it is done."""
    with Path(path).open("a") as file:
        file.write(f"began {os.getpid()}\n")
    time.sleep(seconds)
    with Path(path).open("a") as file:
        file.write("done\n")
