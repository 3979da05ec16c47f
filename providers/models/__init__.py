"""What is stored of the upstreams."""

from providers.models.belongings import Belonging
from providers.models.checks import Check, CheckedRow
from providers.models.cursors import BalanceJump, Cursor
from providers.models.logs import Name, QuarantinedRow, UsageDetail, UsageLog, Window
from providers.models.openings import Opening
from providers.models.runs import SyncRun
from providers.models.sites import Connection, Feed, Site, SiteTrait, SiteUnit
from providers.models.sums import KeyDay, ModelDay, QuotaPoint, Snapshot, UserPoint

__all__ = [
    "BalanceJump",
    "Belonging",
    "Check",
    "CheckedRow",
    "Connection",
    "Cursor",
    "Feed",
    "KeyDay",
    "ModelDay",
    "Name",
    "Opening",
    "QuarantinedRow",
    "QuotaPoint",
    "Site",
    "SiteTrait",
    "SiteUnit",
    "Snapshot",
    "SyncRun",
    "UsageDetail",
    "UsageLog",
    "UserPoint",
    "Window",
]
