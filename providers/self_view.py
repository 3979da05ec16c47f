"""A row without what the person may not see: what a site hides from the owner of a row that an
admin's token read; what was called and from where, for those who look after the money."""

import json

from providers.models import UsageDetail

# What the sites themselves take out of `other` there, in one version or another.
HIDDEN = frozenset(
    [
        *("admin_info", "audit_info", "root_info", "reject_reason", "stream_status"),
        *("channel_id", "channel_name", "channel_type"),
    ]
)


def cover(detail: UsageDetail) -> None:
    """In place, for showing: never saved."""
    detail.other = own(detail.other)
    detail.channel_name = detail.upstream_id = None
    detail.raw = ""


def cover_texts(detail: UsageDetail) -> None:
    """In place, for showing: never saved."""
    detail.content = detail.ip = detail.other = None
    detail.raw = ""


def own(other: str | None) -> str | None:
    """Nothing at all of what is no object: nobody knows what is in it."""
    try:
        members = json.loads(other or "")
    except (ValueError, RecursionError):
        return None
    if not isinstance(members, dict):
        return None
    kept = {name: value for name, value in members.items() if name not in HIDDEN}
    return json.dumps(kept, ensure_ascii=False)
