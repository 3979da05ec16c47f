"""One-time links: the token is shown once, only its digest is stored."""

import hashlib
import secrets

TOKEN_BYTES = 32
DIGEST_LENGTH = 64


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
