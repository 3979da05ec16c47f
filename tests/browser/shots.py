"""Which pictures the documentation has: those of the README, and a gallery of pages and states."""

from dataclasses import dataclass, field

HERE = {"locale": "en-GB", "timezone_id": "Asia/Shanghai"}
DESK = HERE | {"viewport": {"width": 1280, "height": 860}}
PHONE = HERE | {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
SMALL = PHONE | {"device_scale_factor": 1}
DARK, CHINESE = {"color_scheme": "dark"}, {"locale": "zh-CN"}
ADMIN, NOBODY, NEWCOMER = "admin", "nobody", "newcomer"


@dataclass(frozen=True)
class Shot:
    """`clicks` lead from the path to what is shown. `person`: who is logged in."""

    name: str
    path: str
    context: dict = field(default_factory=lambda: DESK)
    clicks: tuple[str, ...] = ()
    person: str = ADMIN


FIRST_ROW = "tbody tr:nth-child(3) a.twist"
CONNECTION = "tbody tr:last-child th a"

README = [
    Shot("overview", "/"),
    Shot("logs", "/logs/?period=7d", DESK, (FIRST_ROW,)),
    Shot("connection", "/connections/", DESK, (CONNECTION,)),
    Shot("zh", "/connections/", DESK | CHINESE),
    Shot("dark", "/", DESK | DARK),
    Shot("phone", "/logs/?period=7d", PHONE),
]

_OVERVIEW = [
    Shot("overview-trend", "/?chart=trend"),
    Shot("overview-share", "/?chart=share&by=key"),
    Shot("overview-ranking", "/?chart=ranking"),
    Shot("overview-balance", "/?chart=balance"),
    Shot("overview-cache", "/?chart=cache"),
    Shot("overview-hours", "/?period=today"),
    Shot("overview-zh", "/", DESK | CHINESE),
    Shot("overview-phone", "/", SMALL),
    Shot("overview-phone-dark-zh", "/", SMALL | DARK | CHINESE),
    Shot("overview-covered", "/", DESK, ("header [name=masked]",)),
    Shot("no-connection-yet", "/", person=NEWCOMER),
]
_LOGS = [
    Shot("logs-filters", "/logs/?period=7d&type=!error", DESK, ("summary >> nth=0",)),
    Shot("logs-picker", "/logs/?period=7d", DESK, ("#filter-model ~ .pick",)),
    Shot("logs-columns", "/logs/?period=7d", DESK, ("[popovertarget=table-settings]",)),
    Shot("logs-views", "/logs/?period=7d", DESK, ("[popovertarget=views]",)),
    Shot("logs-largest", "/logs/?period=30d&order=cost"),
    Shot("logs-live", "/logs/?live=on"),
    Shot("logs-covered", "/logs/?period=7d", DESK, ("header [name=masked]",)),
    Shot("logs-nothing-matches", "/logs/?model=no-such-model"),
    Shot("logs-no-such-request", "/logs/?request_id=no-such-request"),
    Shot("logs-dark-zh", "/logs/?period=7d", DESK | DARK | CHINESE, (FIRST_ROW,)),
    Shot("logs-phone-filters", "/logs/?period=7d", SMALL, (".tools [popovertarget=filters]",)),
    Shot("logs-phone-row", "/logs/?period=7d", SMALL | DARK, (FIRST_ROW,)),
]
_CONNECTIONS = [
    Shot("connections", "/connections/"),
    Shot("connections-phone-zh", "/connections/", SMALL | CHINESE),
    Shot("connection-add", "/connections/add/"),
    Shot("connection-secret", "/connections/", DESK, (CONNECTION, "a[href$='/secret/']")),
    Shot("connection-remove", "/connections/", DESK, (CONNECTION, "a[href$='/remove/']")),
    Shot("verification", "/verification/"),
    Shot("verification-window", "/verification/", DESK, ("a.twist >> nth=0",)),
    Shot("quarantine", "/quarantine/"),
]
_TEAM = [
    Shot("team-logs", "/team/?period=7d"),
    Shot("team-logs-phone", "/team/?period=7d", SMALL),
    Shot("team-usage", "/team/usage/"),
    Shot("team-usage-pairs-zh", "/team/usage/?by=model&also=member", DESK | CHINESE),
    Shot("team-speed", "/team/usage/?view=speed"),
    Shot("team-who", "/team/who/"),
    Shot("team-members", "/team/members/"),
    Shot("team-member", "/team/members/", DESK, ("tbody tr:nth-child(2) a >> nth=0",)),
    Shot("system", "/system/"),
    Shot("system-dark-zh", "/system/", DESK | DARK | CHINESE),
    Shot("audit", "/system/audit/"),
]
_PERSON = [
    Shot("login", "/login/", person=NOBODY),
    Shot("login-phone-dark-zh", "/login/", SMALL | DARK | CHINESE, person=NOBODY),
    Shot("set-up-link-used", "/setup/old/", person=NOBODY),
    Shot("me", "/me/"),
    Shot("two-factor", "/two-factor/"),
    Shot("sessions", "/sessions/"),
    Shot("help", "/help/"),
    Shot("not-found", "/nowhere/"),
]

GALLERY = {
    "Overview": _OVERVIEW,
    "Logs": _LOGS,
    "Connections and their proof": _CONNECTIONS,
    "Team and installation": _TEAM,
    "People": _PERSON,
}
