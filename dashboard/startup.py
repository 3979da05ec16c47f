"""What every long-running process makes sure of before it begins."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

UNMIGRATED = (
    "The database is not migrated. Run `python3 boot.py manage migrate` "
    "(in the containers: `docker compose run --rm migrate`), then start again."
)


def require_migrated() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise SystemExit(UNMIGRATED)
    connection.close()
