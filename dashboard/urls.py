from django.urls import include, path, register_converter
from django.urls.converters import IntConverter

from dashboard.views import (
    audit,
    connections,
    feeds,
    health,
    logs,
    members,
    openings,
    overview,
    quarantine,
    system,
    tastes,
    team,
    usage,
    verification,
    who,
    worth,
)


class PlaceConverter(IntConverter):
    """A number that the database can hold."""

    regex = "[0-9]{1,18}"


register_converter(PlaceConverter, "place")

ROW = "<place:feed>/<place:second>/<place:number>/"

of_connections = [
    path("", connections.connections, name="connections"),
    path("add/", connections.connection_add, name="connection_add"),
    path("open/", openings.account_open, name="account_open"),
    path("open/<uuid:pk>/answer/", openings.opening_answer, name="opening_answer"),
    path("<uuid:pk>/", connections.connection, name="connection"),
    path("<uuid:pk>/sync/", connections.connection_sync, name="connection_sync"),
    path("<uuid:pk>/pause/", connections.connection_pause, name="connection_pause"),
    path("<uuid:pk>/resume/", connections.connection_resume, name="connection_resume"),
    path("<uuid:pk>/release/", connections.connection_release, name="connection_release"),
    path("<uuid:pk>/secret/", connections.connection_secret, name="connection_secret"),
    path("<uuid:pk>/key/", openings.opened_key, name="opened_key"),
    path("<uuid:pk>/types/", connections.connection_types, name="connection_types"),
    path("<uuid:pk>/worth/", worth.connection_worth, name="connection_worth"),
    path("<uuid:pk>/worth/<place:unit>/remove/", worth.worth_remove, name="worth_remove"),
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

of_team = [
    path("", team.team_logs, name="team_logs"),
    path("logs/totals/", team.team_logs_totals, name="team_logs_totals"),
    path("logs/values/<slug:column>/", team.team_logs_values, name="team_logs_values"),
    path("logs/tail/", team.team_logs_tail, name="team_logs_tail"),
    path("logs/export/", team.team_logs_export, name="team_logs_export"),
    path("logs/<int:pk>/", team.team_log, name="team_log"),
    path("usage/", usage.team_usage, name="team_usage"),
    path("who/", who.who, name="who"),
    path("who/confirm/", who.who_confirm, name="who_confirm"),
    path("who/<place:pk>/end/", who.who_end, name="who_end"),
    path("members/", members.members, name="members"),
    path("members/invite/", members.invite, name="invite"),
    path("members/<place:pk>/", members.member, name="member"),
    path("members/<place:pk>/role/", members.member_role, name="member_role"),
    path("members/<place:pk>/deactivate/", members.member_deactivate, name="member_deactivate"),
    path("members/<place:pk>/reactivate/", members.member_reactivate, name="member_reactivate"),
    path("members/<place:pk>/hand-over/", members.member_hand_over, name="member_hand_over"),
    path("members/<place:pk>/leave/", members.member_leave, name="member_leave"),
    path("invitations/<int:pk>/revoke/", members.revoke_invitation, name="revoke_invitation"),
    path("sites/merge/", who.site_merge, name="site_merge"),
    path("sites/<place:pk>/part/", who.site_part, name="site_part"),
]

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("logs/", logs.logs, name="logs"),
    path("logs/totals/", logs.logs_totals, name="logs_totals"),
    path("logs/values/<slug:column>/", logs.logs_values, name="logs_values"),
    path("logs/tail/", logs.logs_tail, name="logs_tail"),
    path("logs/export/", logs.logs_export, name="logs_export"),
    path("logs/<int:pk>/", logs.log, name="log"),
    path("tables/<slug:page>/", tastes.table_settings, name="table_settings"),
    path("views/<slug:page>/add/", tastes.view_add, name="view_add"),
    path("views/<uuid:pk>/", tastes.view, name="view"),
    path("views/<uuid:pk>/delete/", tastes.view_delete, name="view_delete"),
    path("connections/", include(of_connections)),
    path("verification/", include(of_verification)),
    path("quarantine/", include(of_quarantine)),
    path("team/", include(of_team)),
    path("system/", system.system, name="system"),
    path("system/workers/", system.system_workers, name="system_workers"),
    path("system/audit/", audit.audit, name="audit"),
    path("feeds/<int:pk>/delete/", feeds.feed_delete, name="feed_delete"),
    path("healthz", health.healthz, name="healthz"),
    path("", include("accounts.urls")),
]
