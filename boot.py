#!/usr/bin/env python3
"""boot.py run|demo|test|check|manage [ARGUMENTS]: install the locked dependencies, then do it.

  run      start everything on this machine (data in data/, or TOLLBOOK_DATA_DIR)
  demo     the same on a separate data directory filled with a believable year of a team
  test     pass the tests; further arguments go to pytest
  check    lint, types, import rules and the like (needs make)
  manage   any management command: boot.py manage createsuperuser

Standard library only, so that a machine with git and Python 3.11 needs nothing else.
"""

import contextlib
import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = str(VENV / "bin" / "python")
RUN_LOCK = "requirements.txt"
TEST_LOCK = "requirements-dev.txt"  # holds everything of RUN_LOCK, so one .venv serves both
NO_VENV = "Cannot make .venv. On Debian or Ubuntu: apt-get install python3-venv"
NO_INSTALL = "The dependencies could not be installed; pip's message is above."


def command(arguments: list[str]) -> tuple[str, list[str]] | None:
    """Name the lock file that has to be installed, and what to execute then."""
    match arguments:
        case [("run" | "demo") as name, *rest]:
            return RUN_LOCK, [PYTHON, "manage.py", name, *rest]
        case ["manage", *rest]:
            return RUN_LOCK, [PYTHON, "manage.py", *rest]
        case ["test", *rest]:
            return TEST_LOCK, [PYTHON, "-m", "pytest", *rest]
        case ["check"]:
            return TEST_LOCK, ["make", "check", f"PYTHON={PYTHON}"]
        case _:
            return None


def fingerprint(lock: str) -> str:
    return hashlib.sha256((ROOT / lock).read_bytes() + sys.version.encode()).hexdigest()


def stamp(lock: str) -> Path:
    return VENV / f".{lock}.sha256"


def is_installed(lock: str) -> bool:
    return any(
        stamp(name).exists() and stamp(name).read_text() == fingerprint(name)
        for name in {lock, TEST_LOCK}
    )


def make_venv() -> None:
    try:
        import venv

        venv.create(VENV, with_pip=True, clear=True)
    except (subprocess.CalledProcessError, ImportError):
        sys.exit(NO_VENV)


def has_venv() -> bool:
    marker = VENV / ".python"
    return Path(PYTHON).exists() and marker.exists() and marker.read_text() == sys.version


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Keep a second boot.py waiting while this one installs."""
    with (ROOT / RUN_LOCK).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def install(lock: str) -> None:
    print(f"Installing {lock} into .venv ...", file=sys.stderr, flush=True)
    if not has_venv():
        make_venv()
        (VENV / ".python").write_text(sys.version)
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    pip += ["--require-hashes", "--only-binary", ":all:", "-r", str(ROOT / lock)]
    if subprocess.call(pip) != 0:
        sys.exit(NO_INSTALL)
    stamp(lock).write_text(fingerprint(lock))


def main() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - this file runs before anything chose the Python
        sys.exit("Python 3.11 or newer is needed. This one is " + sys.version.split()[0] + ".")
    wanted = command(sys.argv[1:])
    if wanted is None:
        sys.exit(__doc__)
    lock, argv = wanted
    with alone():
        if not is_installed(lock):
            install(lock)
    os.chdir(ROOT)
    try:
        os.execvp(argv[0], argv)
    except FileNotFoundError:
        sys.exit(f"{argv[0]} is not on this machine. On Debian or Ubuntu: apt-get install make")


if __name__ == "__main__":
    main()
