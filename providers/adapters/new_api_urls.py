"""The base URL of a New API site, out of whatever a person copied from a browser or a manual."""

from providers.adapters.site_urls import site_url

# The site's own pages and interfaces: from the first of these on, a path is not the installation's.
ROOTS = {"api", "v1", "v1beta", "console", "dashboard", "system-settings", "usage-logs", "panel"}
PAGES = {
    "about",
    "channel",
    "chat",
    "detail",
    "home",
    "index.html",
    "keys",
    "log",
    "login",
    "models",
    "playground",
    "pricing",
    "profile",
    "register",
    "reset",
    "setting",
    "setup",
    "sign-in",
    "sign-up",
    "token",
    "topup",
    "user",
    "wallet",
}


def base_url(text: str) -> str:
    return site_url(text, roots=ROOTS, pages=PAGES)
