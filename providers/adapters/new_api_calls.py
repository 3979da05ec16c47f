"""The requests that are made to a New API site: paths, headers, parameters."""

import re
from collections.abc import Mapping

from providers.adapters.errors import AuthFailed
from providers.adapters.http import Answer, Door
from providers.adapters.records import Credentials, Secret

STATUS = "/api/status"
ACCOUNT = "/api/user/self"
LOG = {"own": "/api/log/self", "all": "/api/log/"}  # without its slash comes a redirect
STATISTIC = {"own": "/api/log/self/stat", "all": "/api/log/stat"}
HOURLY = {"own": "/api/data/self", "all": "/api/data/"}
HOURLY_BY_USER = "/api/data/users"
ONE_ROW = {"p": 1, "page_size": 1}

# What the family calls the header with the user id. A server ignores the names of others.
USER_HEADERS = (
    "New-Api-User",
    "Veloera-User",
    "X-Api-User",
    "Voapi-User",
    "User-Id",
    "Rix-Api-User",
    "Neo-Api-User",
)
# Their texts are only matched, and English is the surest to be told apart.
LANGUAGE = {"Accept-Language": "en"}

USER_ID = re.compile(r"[0-9]{1,19}")
TOKEN = re.compile(r"[!-~]+")  # nothing else can stand in a header


def ask_openly(door: Door, credentials: Credentials, path: str) -> Answer:
    """Ask what the site tells everybody, without showing the secret."""
    return door.get_json(credentials.base_url + path, headers=LANGUAGE)


def ask(
    door: Door,
    credentials: Credentials,
    path: str,
    parameters: Mapping[str, int | str] | None = None,
) -> Answer:
    url = credentials.base_url + path
    return door.get_json(url, params=parameters, headers=headers_for(credentials))


def headers_for(credentials: Credentials) -> Mapping[str, str | Secret]:
    """Raises where no request can succeed; nothing that cannot be a token leaves the house."""
    authorization = Secret(f"Bearer {_token(credentials.secret)}")
    names = USER_HEADERS if credentials.user_id.strip() else ()
    user_id = credentials.user_id.strip()
    if names and not USER_ID.fullmatch(user_id):
        raise AuthFailed(code="user_id_no_number")
    return {"Authorization": authorization, **LANGUAGE, **dict.fromkeys(names, user_id)}


def _token(secret: Secret) -> str:
    text = re.sub(r"^bearer\s+", "", secret.reveal().strip(), flags=re.IGNORECASE)
    if text.startswith("sk-"):
        raise AuthFailed(code="model_key")
    if not TOKEN.fullmatch(text):
        raise AuthFailed("characters that no token has", code="token_invalid")
    return text
