"""The web process."""

import os

from django.core.wsgi import get_wsgi_application

from dashboard import startup

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
# Nobody waits longer for a page; workers and commands may take their time.
os.environ.setdefault("TOLLBOOK_STATEMENT_SECONDS", "5")

application = get_wsgi_application()
startup.require_migrated()
