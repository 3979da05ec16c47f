"""Pictures for the documentation, of the demonstration: python -m tests.browser.screenshots."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import sync_playwright

from tests.browser import shots
from tests.browser.chromium import launch_options

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "docs" / "screenshots"
GALLERY = FOLDER / "gallery"
QUALITY = 60
SETTLED = 1500  # milliseconds: what a page asks for after it is there
LARGEST = 300_000  # bytes; the pictures are in every clone
LOGIN = re.compile(r"Log in as (\S+) .* password (\S+)")
NEWCOMER = "newcomer@aurora.example"
ADD_NEWCOMER = """
from accounts.models import User
User.objects.create_user({email!r}, {password!r}, name="Noor")
"""


@contextlib.contextmanager
def demo():
    """A demonstration of its own: address, folder, and who may log in with which password."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        bind = f"127.0.0.1:{free.getsockname()[1]}"
    with tempfile.TemporaryDirectory() as folder, running(bind, folder) as process:
        for line in process.stdout:
            if found := LOGIN.search(line):
                yield f"http://{bind}", folder, *found.groups()
                return
        sys.exit("The demonstration did not start.")


@contextlib.contextmanager
def running(bind, folder):
    command = [sys.executable, "manage.py", "demo", "--bind", bind]
    environment = os.environ | {"TOLLBOOK_DEMO_DIR": folder}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=environment, **pipes) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)


def add_newcomer(folder, password):
    """Somebody who has no connection yet."""
    code = ADD_NEWCOMER.format(email=NEWCOMER, password=password)
    environment = os.environ | {"TOLLBOOK_DATA_DIR": folder}
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", code]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def take(browser, shot, url, logins, path, **options):
    context = browser.new_context(**shot.context)
    page = context.new_page()
    login = logins.get(shot.person)
    page.goto(f"{url}/login/?next={quote(shot.path)}" if login else f"{url}{shot.path}")
    if login:
        for field, text in zip(("#id_login", "#id_password"), login, strict=True):
            page.fill(field, text)
        page.click("main .primary")
        page.wait_for_url(f"{url}{shot.path}")
    for selector in shot.clicks:
        page.wait_for_load_state("networkidle")
        page.click(selector)
    page.wait_for_timeout(SETTLED)
    picture = page.screenshot(path=path, **options)
    context.close()
    return len(picture)


def take_readme(browser, url, logins):
    for shot in shots.README:
        size = take(browser, shot, url, logins, FOLDER / f"{shot.name}.png")
        print(f"{shot.name}.png: {size // 1000} kB")
        if size > LARGEST:
            sys.exit(f"{shot.name}.png is larger than {LARGEST // 1000} kB.")


def take_gallery(browser, url, logins):
    """And the page that shows them."""
    shutil.rmtree(GALLERY, ignore_errors=True)
    GALLERY.mkdir()
    lines = ["# Pages and states\n", "Made by `make screenshots`, of `python3 boot.py demo`."]
    for title, taken in shots.GALLERY.items():
        lines.append(f"\n## {title}\n")
        for shot in taken:
            picture = GALLERY / f"{shot.name}.jpg"
            take(browser, shot, url, logins, picture, type="jpeg", quality=QUALITY)
            words = shot.name.replace("-", " ")
            lines.append(f"![{words}]({picture.name})")
    (GALLERY / "README.md").write_text("\n".join(lines) + "\n")
    size = sum(picture.stat().st_size for picture in GALLERY.iterdir())
    print(f"gallery: {size // 1000} kB")


def main():
    options = launch_options() or sys.exit("There is no Chromium on this machine.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with demo() as (url, folder, email, password), sync_playwright() as playwright:
        add_newcomer(folder, password)
        logins = {shots.ADMIN: (email, password), shots.NEWCOMER: (NEWCOMER, password)}
        browser = playwright.chromium.launch(**options)
        take_readme(browser, url, logins)
        take_gallery(browser, url, logins)


if __name__ == "__main__":
    main()
