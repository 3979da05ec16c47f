"""docker-compose.yml is checked without an engine: its schema, and that what it names is there."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands
from ruamel.yaml import YAML

ROOT = Path(__file__).parent.parent.parent
COMPOSE = ROOT / "docker-compose.yml"
BIN = Path(sys.executable).parent
OURS = ("migrate", "web", "worker", "beat")
PROGRAMS = {"gunicorn", "celery", "redis-server"}


@pytest.fixture(scope="module")
def compose():
    return YAML(typ="safe").load(COMPOSE.read_text())


@pytest.fixture(scope="module")
def services(compose):
    return compose["services"]


def run(*command):
    return subprocess.run(
        [BIN / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True
    )


def test_it_follows_the_schema():
    ended = run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", str(COMPOSE))
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_dockerfile_is_sound():
    ended = run("hadolint", "Dockerfile")
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_every_service_that_is_needed_is_there(services):
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)


def test_nothing_starts_on_an_unmigrated_database(services):
    for name in ("web", "worker", "beat"):
        condition = services[name]["depends_on"]["migrate"]["condition"]
        assert condition == "service_completed_successfully"


def test_a_service_that_is_waited_for_can_say_that_it_is_well(services):
    for service in services.values():
        for name, need in service.get("depends_on", {}).items():
            if need["condition"] == "service_healthy":
                assert "healthcheck" in services[name]


@pytest.mark.parametrize("kind", ["secrets", "networks"])
def test_every_name_is_defined(compose, services, kind):
    for service in services.values():
        assert set(service.get(kind, [])) <= set(compose[kind])


def test_every_volume_is_defined_and_every_defined_one_is_used(compose, services):
    used = {volume.partition(":")[0] for s in services.values() for volume in s.get("volumes", [])}
    assert used == set(compose["volumes"])


def test_every_secret_is_a_file_that_git_ignores(compose):
    for secret in compose["secrets"].values():
        assert secret["file"].startswith("./secrets/")
        ignored = subprocess.run(["git", "check-ignore", "-q", secret["file"]], cwd=ROOT)
        assert ignored.returncode in {0, 128}  # 128: not a git checkout


def test_every_secret_file_variable_names_a_secret_of_the_service(services):
    for name in OURS:
        paths = [v for k, v in services[name]["environment"].items() if k.endswith("_FILE")]
        assert paths
        assert {Path(path).name for path in paths} == set(services[name]["secrets"])


def test_every_variable_is_in_the_example():
    names = set(re.findall(r"\$\{(\w+)", COMPOSE.read_text()))
    example = (ROOT / ".env.example").read_text()
    assert {name for name in names if not re.search(rf"^{name}=|^#{name}=", example, re.M)} == set()


def test_every_command_exists(services):
    for service in services.values():
        program, *rest = service.get("command", ["redis-server"])
        if program == "python":
            assert (ROOT / rest[0]).exists()
            assert rest[1] in get_commands()
        else:
            assert program in PROGRAMS


@pytest.mark.parametrize("module", ["dashboard.wsgi", "dashboard.gunicorn", "dashboard.celery"])
def test_the_modules_that_are_named_exist(module):
    assert module.rpartition(".")[2] in COMPOSE.read_text() or module == "dashboard.celery"
    assert importlib.util.find_spec(module)


def test_services_can_do_little(services):
    for service in services.values():
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["read_only"] is True


def test_pages_are_published_on_loopback_only(services):
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert published == ["${TOLLBOOK_PUBLISH:-127.0.0.1:8000}:8000"]


def test_the_queue_survives_a_restart_and_loses_nothing(services):
    command = services["redis"]["command"]
    assert command[command.index("--appendonly") + 1] == "yes"
    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"


def test_there_is_one_scheduler(services):
    schedulers = [s for s in services.values() if "beat" in s.get("command", [])]
    assert len(schedulers) == 1
    assert "deploy" not in schedulers[0]


def test_the_image_holds_what_it_runs():
    dockerfile = (ROOT / "Dockerfile").read_text()
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    for name in re.findall(r"^COPY (?!--)([\w. ]+) \S+$", dockerfile, re.M):
        for source in name.split():
            assert f"!{source}" in ignored
