"""The database: SQLite in the data directory, or what DATABASE_URL names."""

from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from dashboard import environment

SQLITE = "django.db.backends.sqlite3"
POSTGRESQL = "django.db.backends.postgresql"

# See docs/dependencies.md: with Django's defaults most concurrent writers fail with "locked".
SQLITE_OPTIONS = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=NORMAL;"
    "PRAGMA cache_size=-65536;"
    "PRAGMA temp_store=MEMORY;"
    "PRAGMA mmap_size=134217728;"
    "PRAGMA journal_size_limit=67108864;",
}
POSTGRESQL_OPTIONS = {
    "jit": "off",  # compiling costs more than these queries take
    "plan_cache_mode": "force_custom_plan",  # a plan for all members is wrong for each
    "random_page_cost": "1.1",
    "work_mem": "32MB",
}


def default(data_dir: Path) -> dict[str, Any]:
    url = environment.text("DATABASE_URL")
    if not url:
        return sqlite(data_dir / "tollbook.sqlite3")
    database = {"OPTIONS": {}, **environ.Env.db_url_config(url)}
    database["PASSWORD"] = environment.text("DATABASE_PASSWORD", database["PASSWORD"])
    match database["ENGINE"]:
        case str(engine) if engine == SQLITE:
            return sqlite(Path(database["NAME"]))
        case str(engine) if engine == POSTGRESQL:
            return {**database, **postgresql(database["OPTIONS"])}
    raise ImproperlyConfigured("DATABASE_URL must begin with postgres:// or sqlite:///.")


def sqlite(path: Path) -> dict[str, Any]:
    return {"ENGINE": SQLITE, "NAME": path, "OPTIONS": SQLITE_OPTIONS, "CONN_MAX_AGE": None}


def postgresql(own: dict[str, Any]) -> dict[str, Any]:
    seconds = environment.number("TOLLBOOK_STATEMENT_SECONDS", 0, least=0)
    session = {**POSTGRESQL_OPTIONS, "statement_timeout": f"{seconds}s"}
    return {
        "OPTIONS": {**own, "options": " ".join(f"-c {k}={v}" for k, v in session.items())},
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
