"""Pictures for the documentation, of the demonstration: python -m tests.browser.screenshots."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.chromium import launch_options

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "docs" / "screenshots"
LARGEST = 300_000  # bytes; the pictures are in every clone
LOGIN = re.compile(r"Log in as (\S+) .* password (\S+)")
HERE = {"locale": "en-GB", "timezone_id": "Asia/Shanghai"}
DESK = HERE | {"viewport": {"width": 1280, "height": 860}}
PHONE = HERE | {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
DARK, CHINESE = {"color_scheme": "dark"}, {"locale": "zh-CN"}


@dataclass(frozen=True)
class Shot:
    name: str
    path: str
    context: dict
    clicks: tuple[str, ...] = ()


SHOTS = [
    Shot("overview", "/", DESK),
    Shot("logs", "/logs/?period=7d", DESK, ("tbody tr:nth-child(3) a.twist",)),
    Shot("connection", "/connections/", DESK, ("tbody tr:last-child th a",)),
    Shot("zh", "/connections/", DESK | CHINESE),
    Shot("dark", "/", DESK | DARK),
    Shot("phone", "/logs/?period=7d", PHONE),
]


@contextlib.contextmanager
def demo():
    """A demonstration of its own: its address, and who may log in with which password."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        bind = f"127.0.0.1:{free.getsockname()[1]}"
    with tempfile.TemporaryDirectory() as folder, running(bind, folder) as process:
        for line in process.stdout:
            if found := LOGIN.search(line):
                yield f"http://{bind}", *found.groups()
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


def take(browser, shot, url, login):
    context = browser.new_context(**shot.context)
    page = context.new_page()
    page.goto(f"{url}/login/?next={shot.path}")
    for field, text in zip(("#id_login", "#id_password"), login, strict=True):
        page.fill(field, text)
    page.click("main .primary")
    page.wait_for_url(f"{url}{shot.path}")
    for selector in shot.clicks:
        page.click(selector)
    page.wait_for_load_state("networkidle")
    picture = page.screenshot(path=FOLDER / f"{shot.name}.png")
    context.close()
    return len(picture)


def main():
    options = launch_options() or sys.exit("There is no Chromium on this machine.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with demo() as (url, *login), sync_playwright() as playwright:
        browser = playwright.chromium.launch(**options)
        for shot in SHOTS:
            size = take(browser, shot, url, login)
            print(f"{shot.name}.png: {size // 1000} kB")
            if size > LARGEST:
                sys.exit(f"{shot.name}.png is larger than {LARGEST // 1000} kB.")


if __name__ == "__main__":
    main()
