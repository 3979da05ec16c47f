"""Secrets with one distinctive core are typed, used, refused, echoed and crashed with; then
everything that was written is searched for it, in every disguise."""

import contextlib
import re
from functools import partial

import pytest
import redis

from tests.drill.disguises import found_in
from tests.drill.histories import KEEPER, LAB, history
from tests.installation import wait

pytestmark = pytest.mark.real

CORE = "qZ7+planted/5ecret=Xv~9"
OF_LAB, OF_KEEPER, REFUSED = f"{CORE}-lab", f"{CORE}-keeper", f"{CORE}-refused"
NAME = "Harbour account"
LINK = re.compile(r'href="(/[^"#]*)"')
MOST_PAGES = 60  # of one person
WITHIN = 20
ECHO = f"invalid token: Bearer {OF_LAB}"  # sites answer with what they were sent
FAULTS = [
    {"kind": "status", "status": 401, "message": ECHO},
    {"kind": "status", "status": 403, "message": ECHO},
    {"kind": "status", "status": 500, "body": ECHO},
    {"kind": "refused", "message": ECHO},
    {"kind": "html", "body": f"<html><title>{ECHO}</title></html>"},
    {"kind": "redirect", "location": f"http://elsewhere.invalid/?token={OF_LAB}"},
    {"kind": "wrong_shape", "body": {"success": True, "data": {"total": ECHO, "items": ECHO}}},
    {"kind": "invalid_json"},
    {"kind": "reset", "after": 20},
]
WRONG = [
    {"secret": REFUSED},
    {"secret": REFUSED, "wish": "test"},
    {"secret": f"sk-{CORE}"},
    {"secret": f"{CORE} 密"},
    {"secret": CORE * 200},
    {"secret": OF_LAB, "user_id": KEEPER},
    {"secret": OF_LAB, "url": ""},
]


@pytest.fixture
def double(upstream):
    of_keeper = history(50, days=3, newest=60, user_id=KEEPER, username="keeper")
    double = upstream([*history(300, days=3, newest=60), *of_keeper])
    double.change_account(LAB, token=OF_LAB)
    double.change_account(KEEPER, token=OF_KEEPER)
    return double


@pytest.fixture
def installation(install):
    return install(TOLLBOOK_SITE_REQUESTS_PER_MINUTE="1000000", TOLLBOOK_LOG_LEVEL="DEBUG")


class Texts(dict):
    """What was shown, by where."""

    def keep(self, where, text):
        self[f"{where} ({len(self)})"] = text.encode()


def ask_for_sync(visitor, pk):
    return visitor.fill("/connections/add/", to=f"/connections/{pk}/sync/")


def type_wrongly(visitor, double, pk, texts):
    for fields in WRONG:
        answer = visitor.add_connection(double, **fields)
        assert answer.url.path == "/connections/add/"
        texts.keep(f"add page, {len(fields['secret'])} characters", answer.text)
    answer = visitor.fill(f"/connections/{pk}/secret/", secret=REFUSED, user_id=LAB)
    texts.keep("secret page", answer.text)
    forged = visitor.post("/connections/add/", data={"secret": CORE, "url": double.url})
    assert forged.status_code == 403
    texts.keep("forged form", forged.text)


def fail(installation, visitor, tester, double, pk, texts):
    """Each fault in the worker, and in a test."""
    for number, fault in enumerate(FAULTS, start=1):
        double.fault(path="/api/log/self", times=1, **fault)
        ask_for_sync(visitor, pk)
        wait(partial(has_failed, installation, number), WITHIN, installation.log)
        texts.keep("connection page", visitor.get(f"/connections/{pk}/").text)
        double.fault(path="/api/log/self", times=1, **fault)
        texts.keep("add page", tester.add_connection(double, secret=OF_LAB, wish="test").text)


def has_failed(installation, times):
    failures = f"SELECT failures FROM providers_connection WHERE name = '{NAME}'"
    return installation.query(failures) == [(times,)]


@contextlib.contextmanager
def missing(installation, table):
    installation.change(f"ALTER TABLE {table} RENAME TO missing")
    yield
    installation.change(f"ALTER TABLE missing RENAME TO {table}")


def crash(installation, visitor, double, pk, texts):
    """In the request that brings a secret, and in the worker that has opened one."""
    with missing(installation, "providers_snapshot"):
        answer = visitor.add_connection(double, secret=OF_KEEPER, user_id=KEEPER)
        assert answer.status_code == 500
        texts.keep("page of the crash", answer.text)
        texts.keep("another", ask_for_sync(visitor, pk).text)
        wait(lambda: "raised unexpected" in installation.log(), WITHIN, installation.log)


def command(installation, texts, *words, status=0):
    ran = installation.manage(*words)
    texts.keep(words[0], ran.stdout + ran.stderr)
    assert ran.returncode == status, ran.stderr


def run_commands(installation, double, pk, texts, secret_file):
    of_file = ["--secret-file", secret_file]
    add = ["connection_add", "--owner", "root@example.com", "--url", double.url, *of_file]
    secret_file.write_text(REFUSED)
    command(installation, texts, *add, "--user-id", KEEPER, status=1)
    command(installation, texts, *add, "--user-id", KEEPER, "--save-anyway", "--name", "unproven")
    command(installation, texts, "connection_secret", "--connection", pk, *of_file, status=1)
    secret_file.write_text(OF_KEEPER)
    command(installation, texts, *add, "--user-id", KEEPER, "--json")
    command(installation, texts, "rotate_secrets", "--json")
    command(installation, texts, "connection_test", "--connection", pk)
    command(installation, texts, "connection_list", "--json")
    command(installation, texts, "sync", "--connection", pk, "--wait", "--json")
    command(installation, texts, "export_logs", "--connection", pk, "--format", "jsonl")


def look_around(visitor, who, texts):
    """Every page that links lead to, whole and as htmx asks for it."""
    waiting, seen = ["/", "/nothing/here/"], set()
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop(0)
        if path in seen or "/static/" in path:
            continue
        seen.add(path)
        for headers in ({}, {"HX-Request": "true"}):
            answer = visitor.get(path, headers=headers)
            texts.keep(f"{path} for {who}", answer.text)
            waiting += LINK.findall(answer.text)
    return seen


def stored(installation, when):
    """Files of the data directory with database and broker, logs; services of their own."""
    texts = dict(contents(installation.folder))
    texts["log"] = installation.log().encode()
    if "DATABASE_URL" in installation.environment:
        texts |= {f"table {name}": rows_of(installation, name) for name in tables(installation)}
        texts |= keys_of(installation.environment["REDIS_URL"])
    return {f"{where} {when}": text for where, text in texts.items()}


def contents(folder):
    for path in folder.rglob("*"):
        if path.is_file() and "static" not in path.parts:
            with contextlib.suppress(FileNotFoundError):  # a draft that was put in its place
                yield str(path), path.read_bytes()


def tables(installation):
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    return [name for (name,) in installation.query(tables)]


def rows_of(installation, table):
    rows = installation.query(f'SELECT row_to_json(line)::text FROM "{table}" line')
    return "\n".join(text for (text,) in rows).encode()


def keys_of(url):
    readers = {
        b"list": lambda client, key: client.lrange(key, 0, -1),
        b"set": lambda client, key: sorted(client.smembers(key)),
        b"hash": lambda client, key: client.hgetall(key),
        b"zset": lambda client, key: client.zrange(key, 0, -1),
        b"string": lambda client, key: client.get(key),
    }
    with redis.Redis.from_url(url) as client:
        return {
            f"key {key}": repr(readers[client.type(key)](client, key)).encode()
            for key in client.scan_iter()
        }


def test_it_is_nowhere(installation, double, tmp_path):
    texts = Texts()
    admin = installation.first_admin()
    people = {
        "owner": installation.invited(admin, "owner@example.com", "member"),
        "member": installation.invited(admin, "member@example.com", "member"),
        "finance": installation.invited(admin, "finance@example.com", "finance"),
        "admin": admin,
    }
    owner = people["owner"]
    saved = owner.add_connection(double, secret=OF_LAB, name=NAME)
    pk = saved.url.path.split("/")[2]
    rows = "SELECT count(*) FROM providers_usagelog"
    wait(lambda: installation.query(rows) == [(300,)], WITHIN, installation.log)

    written = stored(installation, "after saving")
    type_wrongly(owner, double, pk, texts)
    fail(installation, owner, people["member"], double, pk, texts)
    crash(installation, owner, double, pk, texts)
    written |= stored(installation, "after crashing")
    run_commands(installation, double, pk, texts, tmp_path / "secret")
    visited = {who: look_around(visitor, who, texts) for who, visitor in people.items()}
    installation.kill_everything()
    texts.keep("without workers", installation.manage("sync").stderr)
    written |= stored(installation, "in the end")

    # The search would see it: what is no secret is found in each of these places.
    assert f"/connections/{pk}/" in visited["owner"] & visited["admin"]
    assert f"/connections/{pk}/" not in visited["member"] | visited["finance"]
    assert len(found_in(texts, NAME)) > 10
    assert found_in(written, NAME)
    assert not all(
        where.startswith("log ") for where in found_in(written, "providers.tasks.sync_site")
    )
    assert "Internal Server Error: /connections/add/" in installation.log()
    assert "DEBUG" in installation.log()
    assert found_in(texts | written, CORE) == set()
