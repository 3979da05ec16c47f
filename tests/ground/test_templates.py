"""The policy forbids inline code and styles, so no template may hold any."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

TEMPLATE_TAG = re.compile(r"{%.*?%}")

FORBIDDEN = {
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.I),
    "an inline style": re.compile(r"<style\b|<[a-z][^>{]*\sstyle\s*=", re.I),
    "an inline event": re.compile(r"\son[a-z]+\s*=|\shx-on\b|javascript:", re.I),
    "an expression": re.compile(r"\bhx-vals=['\"]js:|\bhx-vars\b|\bhx-trigger=\"[^\"]*\[", re.I),
    "something of another host": re.compile(
        r"<(?:script|link|img)[^>]*(?:src|href)=[\"'](?:https?:)?//"
    ),
    "text that is not escaped": re.compile(r"\|\s*safe\b|\bautoescape off\b"),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_holds(what):
    found = [
        str(path.relative_to(ROOT))
        for path in TEMPLATES
        if FORBIDDEN[what].search(TEMPLATE_TAG.sub("", path.read_text()))
    ]
    assert found == []


def test_python_marks_nothing_as_safe_text():
    sources = [
        path
        for name in ("accounts", "dashboard", "providers")
        for path in (ROOT / name).rglob("*.py")
    ]
    found = [str(path.relative_to(ROOT)) for path in sources if "mark_safe" in path.read_text()]
    assert found == []


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("an inline script", "<script>alert(1)</script>"),
        ("an inline style", '<p style="color: red">'),
        ("an inline event", '<a onclick="x()">'),
        ("an expression", "<a hx-vals='js:{a: 1}'>"),
        ("something of another host", '<script src="//cdn.example.org/x.js">'),
    ],
)
def test_the_patterns_find_what_they_are_for(what, text):
    assert FORBIDDEN[what].search(text)
