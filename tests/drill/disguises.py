"""What a text looks like in places where it should not be."""

import base64
import html
import json
from urllib.parse import quote


def disguises(secret):
    """Pieces of bytes, one of which is in everything that contains the text in a usual form."""
    raw = secret.encode()
    forms = [secret, html.escape(secret), quote(secret), quote(secret, safe="")]
    forms += [quote(secret, safe="").lower(), json.dumps(secret)[1:-1], secret.replace("/", "\\/")]
    forms += [raw.hex(), raw.hex().upper(), secret[::-1]]
    forms += [form for before in range(3) for form in _in_base64(raw, before)]
    return {form.encode() for form in forms} | {secret.encode("utf-16-le")}


def _in_base64(raw, before):
    """The letters that do not depend on what stands around it; `before` bytes shift them."""
    standard = base64.b64encode(bytes(before) + raw).decode()
    first, end = -(-before * 8 // 6), (before + len(raw)) * 8 // 6
    kept = standard[first:end]
    return kept, kept.replace("+", "-").replace("/", "_")


def found_in(texts, secret):
    """The names of the texts in which it is."""
    needles = disguises(secret)
    return {name for name, text in texts.items() if any(needle in text for needle in needles)}
