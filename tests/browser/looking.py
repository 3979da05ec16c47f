"""What a page is asked in a browser: does it complain, does it fit, can everybody use it?"""

from dataclasses import dataclass

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client

ROWS = ".logs tbody tr:not(.slip)"
PHONE = 480  # below that a screen is touched
# Pages that are not there; and a token, which has no user name and which nobody shall remember.
EXPECTED = ("Failed to load resource", "Password forms should have")
CUT = """
() => [...document.querySelectorAll("td.n, .fig .v, .sums dd, .steps td")]
  .filter((cell) => cell.scrollWidth > cell.clientWidth + 1)
  .map((cell) => cell.textContent.trim())
"""


@dataclass(frozen=True)
class Look:
    language: str
    theme: str
    width: int

    def __str__(self):
        return f"{self.language}-{self.theme}-{self.width}"

    @property
    def context(self):
        is_phone = self.width < PHONE
        return {
            "viewport": {"width": self.width, "height": 800},
            "color_scheme": self.theme,
            "locale": "zh-CN" if self.language == "zh-hans" else "en-GB",
            "has_touch": is_phone,
            "is_mobile": is_phone,
        }


# Every two of language, theme and screen meet in one of them.
LOOKS = [
    Look("en", "light", 1440),
    Look("en", "dark", 360),
    Look("zh-hans", "light", 390),
    Look("zh-hans", "dark", 1440),
]


def complaints_of(page):
    """Grows with all that the page says on the console, violations of the policy among it."""
    found = []
    page.on("console", lambda line: None if is_expected(line.text) else found.append(line.text))
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def is_expected(line):
    return any(text in line for text in EXPECTED)


def sign_in(page, server, person):
    client = Client()
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    value = client.cookies[name].value
    page.context.add_cookies([{"name": name, "value": value, "url": server.url}])


def wait_until(page, expression):
    """Playwright's own way to wait for an expression wants `eval`, which the policy forbids."""
    for _ in range(100):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never true: {expression}")


def misfits(page):
    """What is wider than the screen, and numbers that are cut."""
    width = page.viewport_size["width"]
    wide = page.evaluate("document.documentElement.scrollWidth")
    found = [f"{wide} pixels on a screen of {width}"] if wide > width else []
    return found + [f"cut: {text}" for text in page.evaluate(CUT)]


def barriers(page):
    """What keeps somebody from using the page."""
    violated = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:200]}" for rule in violated]


def faults(page):
    return [f"{page.url}: {fault}" for fault in (*misfits(page), *barriers(page))]
