"""What the parts of a cut are called, and the address of the rows behind each."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from accounts.models import User
from dashboard import names
from dashboard.team import TeamScope
from dashboard.team_filter import NOBODY
from dashboard.usage_filter import Dim
from providers.models import Name, Site


@dataclass(frozen=True, slots=True)
class Called:
    """`ident` is the same for what is one under several names. `asked`: the parameters of the
    team's log, none where it cannot ask for it."""

    ident: object
    text: str
    asked: Mapping[str, object] = field(default_factory=dict)
    slot: int = 0
    site: str = ""


def dim_name(dim: Dim) -> str:
    return {
        Dim.MEMBER: _("Member"),
        Dim.MODEL: _("Model"),
        Dim.USER: _("Upstream user"),
        Dim.KEY: _("API key"),
        Dim.CHANNEL: _("Channel"),
        Dim.GROUP: _("Group"),
        Dim.SITE: _("Site"),
    }[dim]


def called(dim: Dim, parts: Iterable[object], scope: TeamScope) -> Mapping[object, Called]:
    """Of parts as `Cutter` makes them."""
    known = set(parts)
    found: Mapping[object, Called]
    match dim:
        case Dim.MEMBER:
            return _members(known)
        case Dim.SITE:
            found = {part: _site(part, _sites(scope)) for part in known}
        case Dim.CHANNEL:
            found = {part: _channel(part, _sites(scope)) for part in known}
        case Dim.USER | Dim.KEY:
            found = _of_site(dim, known, _sites(scope))
        case _:
            found = _names(dim, known)
    return _told_apart(found)


def _told_apart(found: Mapping[object, Called]) -> Mapping[object, Called]:
    """With the site where a name alone means several things."""
    idents = {(one.ident, one.text) for one in found.values()}
    several = Counter(text for _, text in idents)
    return {
        part: replace(one, text=f"{one.text} · {one.site}") if several[one.text] > 1 else one
        for part, one in found.items()
    }


def _ids(parts: Iterable[object]) -> list[int]:
    return [part for part in parts if isinstance(part, int)]


def _sites(scope: TeamScope) -> Mapping[int, Site]:
    """Of each root, the address whose rows there are."""
    return {seen.feed.site.root_id: seen.feed.site for seen in scope.feeds.values()}


def _members(parts: set[object]) -> Mapping[object, Called]:
    people = {one.pk: one for one in User.objects.filter(pk__in=_ids(parts))}
    called = Counter(str(one) for one in people.values())
    found: dict[object, Called] = {None: Called(None, _("nobody's"), {"member": NOBODY})}
    for pk, one in people.items():
        text = str(one) if called[str(one)] == 1 else one.email
        found[pk] = Called(pk, text, {"member": pk})
    return found


def _site(part: object, sites: Mapping[int, Site]) -> Called:
    site = sites[part] if isinstance(part, int) else None
    if site is None:
        return Called(part, "—")
    host = site.base_url.partition("://")[2]
    return Called(part, str(site), {"site": site.pk}, site=host)


def _channel(part: object, sites: Mapping[int, Site]) -> Called:
    root, number = part if isinstance(part, tuple) else (0, None)
    if not number:
        return Called(None, _("no channel"))
    site = sites[root]
    return Called(part, f"#{number}", {"channel": number, "site": site.pk}, site=str(site))


def _of_site(dim: Dim, parts: set[object], sites: Mapping[int, Site]) -> Mapping[object, Called]:
    """A renamed one is one, under its newest name."""
    roots = {site.pk: root for root, site in sites.items()}
    newest: dict[tuple[int, str], str] = {}
    idents: dict[int | None, tuple[int, str] | None] = {None: None}
    idents |= dict.fromkeys(_ids(parts))
    for name in Name.objects.filter(pk__in=_ids(parts)).exclude(text="").order_by("pk"):
        ident = roots.get(name.site_id, name.site_id), name.upstream_id or str(name.text)
        idents[name.pk] = ident
        newest[ident] = str(name.text)
    nameless = _("no key") if dim is Dim.KEY else _("no user")
    called = {
        ident: Called(ident, text, {dim.value: f"={text}"}, site=str(sites.get(ident[0], "")))
        for ident, text in newest.items()
    }
    return {
        part: called[ident] if ident else Called(None, nameless) for part, ident in idents.items()
    }


def _names(dim: Dim, parts: set[object]) -> Mapping[object, Called]:
    pks = _ids(parts)
    texts = names.texts_of(pks)
    slots = names.slots_of(pks) if dim is Dim.MODEL else {}
    nameless = Called(None, _("no model") if dim is Dim.MODEL else _("no group"))
    return {None: nameless} | {
        pk: Called(text, text, {dim.value: f"={text}"}, slots.get(pk, 0)) if text else nameless
        for pk in pks
        for text in [texts.get(pk, "")]
    }
