"""What else befalls a machine: each passes, and the mirror goes on."""

import contextlib
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager

from tests.installation import wait

LOCKED_SECONDS = 30  # ours wait 20 for the database
FULL_SECONDS = 10
DISK_MEGABYTES = 192
COMPLAINTS = ("disk is full", "disk I/O error", "No space left", "MISCONF")
GOES_ON_WITHIN = 120  # what nobody could give back runs out


def lock_database(drill, seconds=LOCKED_SECONDS):
    """As a long transaction of somebody else does it."""
    is_sqlite = "DATABASE_URL" not in drill.installation.environment
    with drill.installation.database() as database:
        database.execute("BEGIN IMMEDIATE" if is_sqlite else "LOCK TABLE providers_site")
        before = drill.row_count()
        time.sleep(seconds)
        assert drill.row_count() == before
        database.rollback()
    wait_for_rows(drill)


def fill_disk(drill, seconds=FULL_SECONDS):
    """To the last byte, until somebody complains (files that have grown before have room inside),
    and longer. The folder must be a disk of its own: see `small_disk`."""
    before = complaints(drill)
    ballast = drill.installation.folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (2**20, 2**10, 1):
            with contextlib.suppress(OSError):
                while file.write(bytes(size)):
                    pass
    wait(lambda: complaints(drill) > before, GOES_ON_WITHIN, drill.installation.log)
    time.sleep(seconds)
    assert not drill.has_ended()
    ballast.unlink()
    wait_for_rows(drill)


def complaints(drill):
    log = drill.installation.log()
    return sum(log.count(words) for words in COMPLAINTS)


def restart_broker(drill):
    ended = drill.living()["broker"]
    ended.signal(signal.SIGTERM)
    wait(lambda: drill.living().get("broker", ended) != ended, GOES_ON_WITHIN)
    wait_for_rows(drill)


def set_clock_of_site(drill):
    for offset in (-1800, 0):
        drill.upstream.set_clock(offset)
        wait_for_rows(drill)


def wait_for_rows(drill):
    before = drill.row_count()
    wait(lambda: drill.row_count() > before, GOES_ON_WITHIN, drill.installation.log)


@contextmanager
def small_disk(folder):
    """Make the folder one, for those who may mount; True if it is."""
    folder.mkdir(exist_ok=True)
    options = ["-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m", "tmpfs"]
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", *options, folder], capture_output=True
    )
    is_small = mounted is not None and mounted.returncode == 0
    try:
        yield is_small
    finally:
        if is_small:
            subprocess.run(["umount", "--lazy", folder], check=True)
