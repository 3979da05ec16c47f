"""One line of the result, and the table that a person reads."""

from collections.abc import Sequence
from dataclasses import dataclass

HEADINGS = ("database", "what", "value", "floor", "ratio", "target", "")


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Only `least_ratio` can be missed: absolute values depend on the machine."""

    database: str
    what: str
    value: str
    floor: str = ""
    ratio: float | None = None
    least_ratio: float | None = None
    target: str = ""

    @property
    def is_missed(self) -> bool:
        if self.ratio is None or self.least_ratio is None:
            return False
        return self.ratio < self.least_ratio

    @property
    def cells(self) -> tuple[str, ...]:
        ratio = "" if self.ratio is None else f"{self.ratio:.0%}"
        target = self.target if self.least_ratio is None else f"≥ {self.least_ratio:.0%}"
        missed = "MISSED" if self.is_missed else ""
        return self.database, self.what, self.value, self.floor, ratio, target, missed


def table(figures: Sequence[Figure]) -> str:
    rows = [HEADINGS, *(figure.cells for figure in figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def rate(rows_per_second: float) -> str:
    return f"{rows_per_second / 1000:.1f} k rows/s"
