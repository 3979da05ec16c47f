"""The task queue. Settings are the `CELERY_` ones; the code does not know which broker it has."""

import logging.config
import os
from pathlib import Path

from celery import Celery
from celery.signals import beat_init, heartbeat_sent, setup_logging, worker_init
from django.conf import settings

from dashboard import startup

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

app = Celery("tollbook")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def use_our_logging(**_: object) -> None:
    logging.config.dictConfig(settings.LOGGING)


@worker_init.connect
@beat_init.connect
def refuse_an_unmigrated_database(**_: object) -> None:
    startup.require_migrated()


@heartbeat_sent.connect
def show_life(**_: object) -> None:
    """The container's health check looks at this file's age."""
    Path(settings.DATA_DIR, "worker.alive").touch()
