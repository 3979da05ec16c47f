from django.apps import AppConfig

from dashboard import checks  # noqa: F401 - the checks register themselves


class DashboardConfig(AppConfig):
    name = "dashboard"
