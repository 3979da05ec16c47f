import os
import subprocess
import sys

import pytest

from providers import holders

PRINT_AND_WAIT = "from providers import holders; print(holders.new_holder(), flush=True); input()"


@pytest.fixture
def process():
    with subprocess.Popen(
        [sys.executable, "-c", PRINT_AND_WAIT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as started:
        yield started
        started.kill()


@pytest.fixture
def holder(process):
    return process.stdout.readline().strip()


def test_it_fits_its_column(holder):
    assert 20 < len(holder) <= 40


def test_a_running_process_is_there(holder):
    assert not holders.is_gone(holder)


def test_a_killed_one_is_gone(process, holder):
    process.kill()
    process.wait()
    assert holders.is_gone(holder)


def test_one_that_nobody_has_waited_for_is_gone_as_well(process, holder):
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert holders.is_gone(holder)


def test_a_number_that_is_used_again_is_somebody_else(holder):
    machine, pid, started, nonce = holder.split("-")
    assert holders.is_gone(f"{machine}-{pid}-{int(started) - 1}-{nonce}")


@pytest.mark.parametrize("other", ["", "another", "12ab-1-1-x", "-1-1-x"])
def test_nothing_is_known_of_other_machines(other):
    assert not holders.is_gone(other)


def test_two_of_one_process_differ():
    assert holders.new_holder() != holders.new_holder()
