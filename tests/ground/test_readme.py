import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def test_the_readme_shows_every_picture_that_is_there():
    shown = re.findall(r"docs/screenshots/([\w-]+\.png)", (ROOT / "README.md").read_text())
    assert sorted(shown) == sorted(path.name for path in (ROOT / "docs/screenshots").iterdir())
