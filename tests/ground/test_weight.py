"""What a browser loads for a page, at most."""

import gzip
from pathlib import Path

import django_htmx

ROOT = Path(__file__).resolve().parent.parent.parent
RAW, COMPRESSED = 400_000, 130_000


def test_scripts_and_styles_together_are_light():
    own = [path for path in (ROOT / "static").rglob("*") if path.suffix in (".js", ".css")]
    htmx = Path(django_htmx.__file__).parent / "static/django_htmx"
    contents = [path.read_bytes() for path in [*own, *htmx.glob("htmx-2.min.js")]]
    assert len(contents) > len(own), "htmx is among them"
    assert sum(map(len, contents)) <= RAW
    assert sum(len(gzip.compress(content)) for content in contents) <= COMPRESSED
