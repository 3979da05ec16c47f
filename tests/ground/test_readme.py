import re
from pathlib import Path

from tests.browser.shots import GALLERY

ROOT = Path(__file__).resolve().parent.parent.parent


def test_the_readme_shows_every_picture_that_is_there():
    shown = re.findall(r"docs/screenshots/([\w-]+\.png)", (ROOT / "README.md").read_text())
    assert sorted(shown) == sorted(path.name for path in (ROOT / "docs/screenshots").glob("*.png"))


def test_the_gallery_shows_every_page_and_state():
    folder = ROOT / "docs/screenshots/gallery"
    shown = re.findall(r"\(([\w-]+)\.jpg\)", (folder / "README.md").read_text())
    assert sorted(shown) == sorted(path.stem for path in folder.glob("*.jpg"))
    assert shown == [shot.name for shots in GALLERY.values() for shot in shots]
