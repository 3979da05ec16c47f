from django.urls import include, path

from dashboard.views import connections, feeds, health, logs, overview

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

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("logs/", logs.logs, name="logs"),
    path("logs/<int:pk>/", logs.log, name="log"),
    path("connections/", include(of_connections)),
    path("feeds/<int:pk>/delete/", feeds.feed_delete, name="feed_delete"),
    path("healthz", health.healthz, name="healthz"),
    path("", include("accounts.urls")),
]
