#!/usr/bin/env python3
"""boot.py test [ARGUMENTS OF PYTEST] | check: install the locked dependencies into .venv, then run.

Standard library only, so that a machine with git and Python 3.11 needs nothing else.
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements-dev.txt"
STAMP = VENV / ".installed.sha256"


def install() -> None:
    wanted = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    try:
        venv.create(VENV, with_pip=True, clear=True)
    except (subprocess.CalledProcessError, ImportError):
        sys.exit("Cannot make .venv. On Debian or Ubuntu: apt-get install python3-venv")
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.check_call([*pip, "--require-hashes", "--only-binary", ":all:", "-r", str(LOCK)])
    STAMP.write_text(wanted)


def main() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - this file runs before anything chose the Python
        sys.exit("Python 3.11 or newer is needed.")
    match sys.argv[1:]:
        case ["test", *rest]:
            command = [str(PYTHON), "-m", "pytest", *rest]
        case ["check"]:
            command = ["make", "check", f"PYTHON={PYTHON}"]
        case _:
            sys.exit(__doc__)
    install()
    os.chdir(ROOT)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
