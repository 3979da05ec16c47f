from django.urls import include, path, register_converter
from django.urls.converters import IntConverter

from dashboard.views import connections, feeds, health, logs, overview, quarantine, verification


class PlaceConverter(IntConverter):
    """A number that the database can hold."""

    regex = "[0-9]{1,18}"


register_converter(PlaceConverter, "place")

ROW = "<place:feed>/<place:second>/<place:number>/"

of_connections = [
    path("", connections.connections, name="connections"),
    path("add/", connections.connection_add, name="connection_add"),
    path("<uuid:pk>/", connections.connection, name="connection"),
    path("<uuid:pk>/sync/", connections.connection_sync, name="connection_sync"),
    path("<uuid:pk>/pause/", connections.connection_pause, name="connection_pause"),
    path("<uuid:pk>/resume/", connections.connection_resume, name="connection_resume"),
    path("<uuid:pk>/release/", connections.connection_release, name="connection_release"),
    path("<uuid:pk>/secret/", connections.connection_secret, name="connection_secret"),
    path("<uuid:pk>/types/", connections.connection_types, name="connection_types"),
    path("<uuid:pk>/remove/", connections.connection_remove, name="connection_remove"),
]

of_verification = [
    path("", verification.verification, name="verification"),
    path("again/", verification.range_verify, name="range_verify"),
    path("<place:feed>/<place:since>/", verification.window, name="window"),
    path("<place:feed>/<place:since>/again/", verification.window_verify, name="window_verify"),
    path("checks/<place:pk>/", verification.check, name="check"),
    path("checks/<place:pk>/stop/", verification.check_stop, name="check_stop"),
]

of_quarantine = [
    path("", quarantine.quarantine, name="quarantine"),
    path("<place:feed>/again/", quarantine.quarantine_retry, name="quarantine_retry"),
    path(ROW, quarantine.quarantined_row, name="quarantined_row"),
    path(f"{ROW}file/", quarantine.quarantined_file, name="quarantined_file"),
    path(f"{ROW}again/", quarantine.row_retry, name="row_retry"),
]

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("logs/", logs.logs, name="logs"),
    path("logs/export/", logs.logs_export, name="logs_export"),
    path("logs/<int:pk>/", logs.log, name="log"),
    path("connections/", include(of_connections)),
    path("verification/", include(of_verification)),
    path("quarantine/", include(of_quarantine)),
    path("feeds/<int:pk>/delete/", feeds.feed_delete, name="feed_delete"),
    path("healthz", health.healthz, name="healthz"),
    path("", include("accounts.urls")),
]
