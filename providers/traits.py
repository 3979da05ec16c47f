"""What a person reads of what a site was found to do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from providers.models import Site, SiteTrait

# In the order in which they are shown. A value that is not among the words is shown as it is.
LABELS: Mapping[str, Promise] = {
    "version": gettext_lazy("Version"),
    "dialect": gettext_lazy("Dialect"),
    "page_size": gettext_lazy("Rows on a page, at most"),
    "first_page": gettext_lazy("Pages count from"),
    "total": gettext_lazy("Number of rows"),
    "order": gettext_lazy("Order of the log"),
    "cursor": gettext_lazy("The cursor counts"),
    "ids": gettext_lazy("Ids of rows"),
    "time_edges": gettext_lazy("Ends of a time range"),
    "type_filter": gettext_lazy("Filter by type"),
    "model_percent": gettext_lazy("% in a filter by model"),
    "model_underscore": gettext_lazy("_ in a filter by model"),
    "model_case": gettext_lazy("Letters in a filter by model"),
    "statistic": gettext_lazy("Statistic"),
    "hourly": gettext_lazy("Hourly statistic"),
    "rate_limit": gettext_lazy("Rate limit"),
    "row_fields": gettext_lazy("Columns of a row"),
    "other_keys": gettext_lazy("Keys in “other”"),
}
UNKNOWN = gettext_lazy("the rows at hand do not tell")
REFUSED = gettext_lazy("the site does not answer this")
IGNORED = pgettext_lazy("filter", "ignored")
WILDCARD = gettext_lazy("is a wildcard")
LITERAL = gettext_lazy("is an ordinary character")
WORDS: Mapping[str, Mapping[str, Promise]] = {
    "total": {
        "announced": gettext_lazy("announced with each page"),
        "none": gettext_lazy("not announced; the statistic has to prove a walk"),
    },
    "order": {
        "newest_first": gettext_lazy("newest row first"),
        "oldest_first": gettext_lazy("oldest row first"),
    },
    "cursor": {"rows": gettext_lazy("rows to pass over"), "ids": gettext_lazy("ids of rows")},
    "ids": {
        "zero": gettext_lazy("always 0"),
        "rank": gettext_lazy("the place in the list, different from window to window"),
        "small": gettext_lazy("stable, below 1024: perhaps only a remainder"),
        "real": gettext_lazy("stable"),
    },
    "time_edges": {
        "inclusive": gettext_lazy("both belong to it"),
        "exclusive": gettext_lazy("the end does not belong to it"),
    },
    "type_filter": {"honoured": pgettext_lazy("filter", "honoured")},
    "model_percent": {"wildcard": WILDCARD, "literal": LITERAL},
    "model_underscore": {"wildcard": WILDCARD, "literal": LITERAL},
    "model_case": {
        "any": gettext_lazy("upper and lower case are the same"),
        "exact": gettext_lazy("upper and lower case differ"),
    },
    "statistic": {
        "equal": gettext_lazy("agrees with the rows"),
        "zero": gettext_lazy("is zero beside rows that cost something, a fault of some versions"),
        "differs": gettext_lazy("differs from the rows, perhaps for a reason that windows name"),
    },
    "hourly": {"answers": gettext_lazy("answers")},
    "rate_limit": {
        "never": gettext_lazy("never met"),
        "seen": gettext_lazy("met; half as much was asked for an hour"),
    },
}
COMMON: Mapping[str, Promise] = {"unknown": UNKNOWN, "refused": REFUSED, "ignored": IGNORED}
ALWAYS_READ = ("version", "dialect")  # with each sync; the others by the doctor only


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A trait in words; `former` is empty where it was never another."""

    code: str
    value: str
    label: str
    text: str
    former: str
    seen_at: datetime
    changed_at: datetime | None


def told(site: Site) -> list[Told]:
    known = {trait.code: trait for trait in site.traits.all()}
    return [_told(known[code]) for code in LABELS if code in known]


def upgraded(traits: Iterable[Told], *, after: datetime) -> list[Told]:
    """What the site changed of itself since then: its version, its dialect."""
    return [
        told
        for told in traits
        if told.code in ALWAYS_READ and told.changed_at and told.changed_at > after
    ]


def is_outdated(traits: Iterable[Told]) -> bool:
    """The site became another one after the doctor was there."""
    traits = list(traits)
    changes = [told.changed_at for told in traits if told.changed_at and told.code in ALWAYS_READ]
    visits = [told.seen_at for told in traits if told.code not in ALWAYS_READ]
    return bool(changes and visits) and max(changes) > max(visits)


def _told(trait: SiteTrait) -> Told:
    return Told(
        code=trait.code,
        value=trait.value,
        label=str(LABELS[trait.code]),
        text=_text(trait.code, trait.value),
        former=_text(trait.code, trait.former) if trait.changed_at else "",
        seen_at=trait.seen_at,
        changed_at=trait.changed_at,
    )


def _text(code: str, value: str) -> str:
    word = WORDS.get(code, {}).get(value) or COMMON.get(value) or value
    return str(word) or _("none")
