"""Mistakes in a deployment that can be seen at the start."""

import ipaddress
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from dashboard.databases import SQLITE
from dashboard.environment import LOOPBACK_HOSTS

MOUNTS = Path("/proc/self/mounts")
NETWORK_FILE_SYSTEMS = {"9p", "afs", "ceph", "cifs", "fuse.sshfs", "nfs", "nfs4", "smb3", "smbfs"}
WIDEST_PRIVATE_NETWORK = {4: 8, 6: 7}  # 10.0.0.0/8 and fc00::/7: nothing wider is private


@register(Tags.security)
def hosts_are_named(**_: Any) -> Iterable[CheckMessage]:
    if "*" in settings.ALLOWED_HOSTS:
        yield Error(
            "ALLOWED_HOSTS contains *: links in mails could be made to lead elsewhere.",
            hint="Name the hosts that people type, or set TOLLBOOK_PUBLIC_URL.",
            id="tollbook.E001",
        )


@register(Tags.security)
def debugging_stays_at_home(**_: Any) -> Iterable[CheckMessage]:
    if settings.DEBUG and settings.BIND.host not in LOOPBACK_HOSTS:
        yield Error(
            "DEBUG is True and the pages can be reached from other machines.",
            hint="Set DEBUG=False, or TOLLBOOK_BIND to a loopback address.",
            id="tollbook.E002",
        )


@register(Tags.security)
def keys_are_private(**_: Any) -> Iterable[CheckMessage]:
    for path in sorted(settings.KEYS_DIR.glob("*")):
        if path.stat().st_mode & 0o077:
            yield Error(
                f"Other users of this machine can read {path}.",
                hint=f"Run: chmod 600 {path}",
                id="tollbook.E003",
            )


@register(Tags.database)
def sqlite_is_on_a_local_disk(**_: Any) -> Iterable[CheckMessage]:
    database = settings.DATABASES["default"]
    if database["ENGINE"] != SQLITE:
        return
    kind = file_system(Path(database["NAME"]).absolute().parent)
    if kind in NETWORK_FILE_SYSTEMS:
        yield Error(
            f"The SQLite database is on a network file system ({kind}), which damages it.",
            hint="Set TOLLBOOK_DATA_DIR to a local disk, or use PostgreSQL (DATABASE_URL).",
            id="tollbook.E004",
        )


@register(Tags.security)
def passwords_travel_encrypted(**_: Any) -> Iterable[CheckMessage]:
    if is_open_without_tls():
        yield Warning(
            "The pages can be reached from other machines without TLS.",
            hint="Put a TLS proxy in front, then set TOLLBOOK_PUBLIC_URL=https://… and "
            "TOLLBOOK_TRUSTED_PROXIES=1.",
            id="tollbook.W001",
        )


@register(Tags.security)
def allowed_networks_are_private(**_: Any) -> Iterable[CheckMessage]:
    for text in settings.TOLLBOOK_ALLOWED_PRIVATE_NETWORKS:
        network = ipaddress.ip_network(text)
        if network.prefixlen < WIDEST_PRIVATE_NETWORK[network.version]:
            yield Warning(
                f"TOLLBOOK_ALLOWED_PRIVATE_NETWORKS contains {text}, which is wider than any "
                "private network.",
                hint="Name the networks of your own sites only.",
                id="tollbook.W002",
            )


def is_open_without_tls() -> bool:
    """To other machines."""
    return settings.BIND.host not in LOOPBACK_HOSTS and not settings.IS_HTTPS


def file_system(folder: Path) -> str:
    """The kind of file system that a folder is on; empty where the system does not tell."""
    if not MOUNTS.exists():
        return ""
    rows = [line.split()[1:3] for line in MOUNTS.read_text().splitlines()]
    above = [(len(point), kind) for point, kind in rows if folder.is_relative_to(point)]
    return max(above, default=(0, ""))[1]
