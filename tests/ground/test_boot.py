import subprocess
import sys
from pathlib import Path

import pytest

import boot

ROOT = Path(boot.__file__).parent


@pytest.mark.parametrize("name", ["run", "demo"])
def test_it_starts_with_what_the_product_needs(name):
    lock, argv = boot.command([name, "--help"])
    assert lock == "requirements.txt"
    assert argv == [boot.PYTHON, "manage.py", name, "--help"]


def test_it_hands_arguments_to_pytest():
    lock, argv = boot.command(["test", "-k", "wire", "-x"])
    assert lock == "requirements-dev.txt"
    assert argv == [boot.PYTHON, "-m", "pytest", "-k", "wire", "-x"]


def test_it_hands_arguments_to_a_management_command():
    assert boot.command(["manage", "migrate", "--plan"])[1][1:] == [
        "manage.py",
        "migrate",
        "--plan",
    ]


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["check", "more"], ["--help"]])
def test_it_explains_itself(arguments):
    ended = subprocess.run(
        [sys.executable, "-S", "boot.py", *arguments], cwd=ROOT, capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert "boot.py run|demo|test|check|manage" in ended.stderr


@pytest.fixture
def venv(tmp_path, monkeypatch):
    monkeypatch.setattr(boot, "VENV", tmp_path)
    return tmp_path


def test_nothing_is_installed_at_first(venv):
    assert not boot.is_installed(boot.RUN_LOCK)


def test_what_the_tests_need_covers_what_the_product_needs(venv):
    boot.stamp(boot.TEST_LOCK).write_text(boot.fingerprint(boot.TEST_LOCK))
    assert boot.is_installed(boot.RUN_LOCK)


def test_what_the_product_needs_does_not_cover_what_the_tests_need(venv):
    boot.stamp(boot.RUN_LOCK).write_text(boot.fingerprint(boot.RUN_LOCK))
    assert not boot.is_installed(boot.TEST_LOCK)


def test_a_changed_lock_file_is_installed_again(venv):
    boot.stamp(boot.RUN_LOCK).write_text("of last week")
    assert not boot.is_installed(boot.RUN_LOCK)


def test_the_lock_of_the_tests_holds_that_of_the_product():
    pins = {
        name: {
            line.split(" ")[0] for line in (ROOT / name).read_text().splitlines() if "==" in line
        }
        for name in (boot.RUN_LOCK, boot.TEST_LOCK)
    }
    assert pins[boot.RUN_LOCK] <= pins[boot.TEST_LOCK]
