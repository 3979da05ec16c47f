from django.urls import include, path

from dashboard.views import connections, health, logs, overview

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("logs/", logs.logs, name="logs"),
    path("logs/<int:pk>/", logs.log, name="log"),
    path("connections/", connections.connections, name="connections"),
    path("connections/add/", connections.connection_add, name="connection_add"),
    path("connections/<uuid:pk>/", connections.connection, name="connection"),
    path("connections/<uuid:pk>/sync/", connections.connection_sync, name="connection_sync"),
    path("connections/<uuid:pk>/pause/", connections.connection_pause, name="connection_pause"),
    path("connections/<uuid:pk>/resume/", connections.connection_resume, name="connection_resume"),
    path("connections/<uuid:pk>/secret/", connections.connection_secret, name="connection_secret"),
    path("connections/<uuid:pk>/remove/", connections.connection_remove, name="connection_remove"),
    path("healthz", health.healthz, name="healthz"),
    path("", include("accounts.urls")),
]
