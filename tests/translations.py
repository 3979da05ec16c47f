"""The message catalogues: `python -m tests.translations check|update`.

`check` fails when a text of the pages has no translation; `update` puts what is missing into the
.po files, drops what is gone and compiles. Needs no gettext on the machine.
"""

import io
import os
import re
import sys
from pathlib import Path

import django
import polib
from babel.messages.extract import DEFAULT_KEYWORDS, extract_python
from django.conf import settings
from django.utils.translation import to_locale
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("accounts", "dashboard", "providers")
LAZY = {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
KEYWORDS = {**DEFAULT_KEYWORDS, **LAZY}
# What packages show here and their own catalogues lack, or word unlike ours.
BORROWED = [
    (
        None,
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
    (None, "The password is too similar to the %(verbose_name)s.", None),
    (None, "Enter a valid email address.", None),
    (
        None,
        "You cannot generate recovery codes without having two-factor authentication enabled.",
        None,
    ),
]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def messages():
    """Each (context, text, plural) of the code and the templates, with the first place it is in."""
    found = dict.fromkeys(BORROWED, "packages:")
    for path in sources():
        for line, function, texts, _ in extract(path):
            found.setdefault(key(function, texts), f"{path.relative_to(ROOT)}:{line}")
    return found


def sources():
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))
    yield from sorted(p for p in (ROOT / "templates").rglob("*") if p.is_file())


def extract(path):
    text = path.read_text()
    if path.suffix != ".py":
        # What templatize leaves of the markup is no Python; its indentation would be an error.
        text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).splitlines())
    return list(extract_python(io.BytesIO(text.encode()), KEYWORDS, [], {}))


def key(function, texts):
    texts = [texts] if isinstance(texts, str) else [text for text in texts if text is not None]
    context = (
        texts.pop(0) if function.removesuffix("_lazy").startswith(("pgettext", "npget")) else None
    )
    plural = texts[1] if "nget" in function or "npget" in function else None
    return context, texts[0], plural


def catalogues():
    for code, _ in settings.LANGUAGES:
        if code != settings.LANGUAGE_CODE:
            yield ROOT / "locale" / to_locale(code) / "LC_MESSAGES" / "django.po"


def complaints(path, wanted):
    if not path.exists():
        return [f"{path.relative_to(ROOT)} is missing; run: make messages"]
    entries = {
        (entry.msgctxt, entry.msgid, entry.msgid_plural or None): entry
        for entry in polib.pofile(path)
    }
    found = [
        f"{place}: not in the catalogue: {text[1]!r}"
        for text, place in wanted.items()
        if text not in entries
    ]
    found += [f"no longer used: {text[1]!r}" for text in entries if text not in wanted]
    found += [
        f"{problem}: {text[1]!r}" for text, entry in entries.items() if (problem := fault(entry))
    ]
    return found + stale(path)


def fault(entry):
    texts = [*entry.msgstr_plural.values()] if entry.msgid_plural else [entry.msgstr]
    if not all(texts):
        return "not translated"
    if entry.fuzzy:
        return "fuzzy"
    allowed = set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
    if any(set(PLACEHOLDER.findall(text)) - allowed for text in texts):
        return "a placeholder that the text does not have"
    singular_is_shown = not entry.msgid_plural
    if singular_is_shown and set(PLACEHOLDER.findall(entry.msgstr)) != allowed:
        return "a placeholder is lost"
    return None


def stale(path):
    compiled = path.with_suffix(".mo")
    if not compiled.exists() or compiled.read_bytes() != polib.pofile(path).to_binary():
        return [f"{compiled.relative_to(ROOT)} is older than its source; run: make messages"]
    return []


def update(path, wanted):
    path.parent.mkdir(parents=True, exist_ok=True)
    old = polib.pofile(path) if path.exists() else polib.POFile()
    known = {(entry.msgctxt, entry.msgid, entry.msgid_plural or None): entry for entry in old}
    new = polib.POFile(wrapwidth=100)
    new.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    for text, place in sorted(wanted.items(), key=lambda item: (item[0][1], item[0][0] or "")):
        entry = known.get(text) or blank(*text)
        entry.occurrences = [(place.rpartition(":")[0], "")]
        new.append(entry)
    new.save(path)
    new.save_as_mofile(path.with_suffix(".mo"))


def blank(context, text, plural):
    forms = {0: ""} if plural else None
    return polib.POEntry(
        msgctxt=context, msgid=text, msgid_plural=plural or "", msgstr_plural=forms
    )


def main(verb):
    django.setup()
    wanted = messages()
    if verb == "update":
        for path in catalogues():
            update(path, wanted)
    found = [line for path in catalogues() for line in complaints(path, wanted)]
    print(*found or [f"{len(wanted)} texts, all translated"], sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    if sys.argv[1:] not in (["check"], ["update"]):
        sys.exit(__doc__)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    sys.exit(main(sys.argv[1]))
