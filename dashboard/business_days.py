"""The business day of a second, in the database: of rows that no daily sum tells apart."""

from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import DateField, F, Func


class BusinessDay(Func):
    """Of a column of unix seconds."""

    output_field = DateField()

    def __init__(self, column: str, zone: ZoneInfo) -> None:
        super().__init__(F(column))
        self.zone = zone

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        seconds, parameters = compiler.compile(self.source_expressions[0])
        zone = self.zone.key  # written into it, so that GROUP BY has the same words
        # Django's own function of the connection
        return (
            f"django_datetime_cast_date(datetime({seconds}, 'unixepoch'), '{zone}', 'UTC')",
            parameters,
        )

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Any:
        seconds, parameters = compiler.compile(self.source_expressions[0])
        return f"(to_timestamp({seconds}) AT TIME ZONE '{self.zone.key}')::date", parameters
