"""What a person reads for a code: what happened, and what to do."""

from decimal import Decimal, InvalidOperation

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from providers.adapters.records import Finding

PROBLEMS: dict[str, Promise] = {
    "model_key": _(
        "This is an API key for model calls (sk-…). Logs need the system access token: on the site,"
        " Personal settings → Security settings → System access token."
    ),
    "token_invalid": _(
        "The site does not know this access token. Copy the system access token again."
    ),
    "token_expired": _(
        "The access token has expired. Make a new one on the site and replace the secret."
    ),
    "token_retired": _(
        "The site has retired old access tokens. Make a new one (it begins with nap_) and replace"
        " the secret."
    ),
    "user_id_missing": _("This site wants the numeric user ID. It stands on its account page."),
    "user_id_no_number": _("The user ID is a number."),
    "user_id_wrong": _(
        "The user ID does not belong to this access token. The account page shows it."
    ),
    "other_account": _(
        "The access token now belongs to another account of the site. Nothing of it was stored;"
        " replace the secret."
    ),
    "account_disabled": _("The site has disabled this account. Ask its operator."),
    "role_too_low": _("This account may not read everybody's rows. It needs the admin role there."),
    "scope_missing": _("The access token lacks the scope %(value)s. Make one that has it."),
    "key_unknown": _("The site refuses this key. Copy the key (hk-…) again. %(value)s"),
    "no_hk_key": _("This is no key of openai-hk: those begin with hk-."),
    "no_rows_yet": _(
        "The key works. Which account it belongs to, the first row will tell; it is looked for"
        " again."
    ),
    "site_says": _("The site answered with an error: %(value)s"),
    "broken_json": _(
        "The site's answer is no valid JSON from byte %(value)s on. It is tried again."
    ),
    "address_not_allowed": _(
        "The site does not know the address of this server. Ask its operator to allow it. %(value)s"
    ),
    "not_new_api": _("This address answers, but not as a New API site. Check the address."),
    "html": _("The site sent a web page where data was expected. Check the address."),
    "challenge": _(
        "A bot check stands in front of the site. Ask its operator to let /api/ through."
    ),
    "not_json": _("The site's answer could not be read. It is tried again."),
    "bad_envelope": _("The site's answer has another form than expected. It is tried again."),
    "account_unnamed": _("The site does not say whose token this is; its rows cannot be filed."),
    "filter_ignored": _("The site ignored the time range asked for. Nothing was stored."),
    "name_pattern": _("The account's name contains %% and the site's statistic refuses it."),
    "site_error": _("The site answered with an error of its own. It is tried again."),
    "redirect": _("The site redirects to %(value)s. Enter the address it leads to."),
    "certificate": _("The site's certificate is not valid; nothing was sent. Tell its operator."),
    "tls": _(
        "No secure connection could be made. In a private network without https, write http:// in"
        " front of the address."
    ),
    "dns": _("There is no site under this name. Check the address."),
    "connection": _("The site could not be reached. It is tried again."),
    "timeout": _("The site took too long to answer. It is tried again with less at once."),
    "truncated": _("The site's answer broke off. It is tried again."),
    "too_large": _("The site's answer is too large. It is tried again with less at once."),
    "database_error": _("The site has trouble with its database. It is tried again."),
    "moved": _("Rows kept arriving in a past stretch while it was read. It is tried again."),
    "unavailable": _("The site is not available now. It is tried again."),
    "rate_limited": _("The site asks us to slow down. It is tried again later."),
    "private_address": _(
        "This address leads into a private network. An operator can allow it with"
        " TOLLBOOK_ALLOWED_PRIVATE_NETWORKS."
    ),
    "metadata_address": _("This address belongs to the machine's provider and is never called."),
    "plain_http": _("Only https is used on the internet. Enter the address with https."),
    "bad_url": _("This is not the address of a site. It looks like https://gateway.example.com."),
    "renders_differently": _(
        "The site shows its old rows differently than before. Nothing was overwritten; somebody"
        " should look at it."
    ),
    "secret_destroyed": _(
        "The secret was destroyed when its owner left. Hand it over or remove it."
    ),
    "handed_over": _("It was handed over to you. Enter the secret of the account again."),
    "secret_unreadable": _("The stored secret cannot be opened with this installation's keys."),
    "unexpected": _("The site gave an unexpected answer. It is tried again."),
}
FINDINGS: dict[str, Promise] = {
    "site_found": _("Site: %(value)s"),
    "version": _("Version: %(value)s"),
    "dialect": _("Dialect: %(value)s"),
    "unit": _("%(value)s units are one US dollar"),
    "no_totals": _("The site does not say how many rows there are; its sums are the proof"),
    "no_hourly": _("The site has no hourly statistic"),
    "connection_plain": _("Not encrypted: allowed for this private network only"),
    "connection_encrypted": _("Encrypted, certificate valid"),
    "account": _("Account: %(value)s"),
    "role": _("Role: %(value)s"),
    "balance": _("Balance: %(value)s units"),
    "no_rows_yet": _("Key accepted; the first row will tell which account it is"),
    "balance_proves": _("Each row tells the balance; their chain is the proof"),
    "user_id_right": _("User ID %(value)s belongs to this access token"),
    "user_id_needed": _("The site needs the user ID"),
    "user_id_not_needed": _("The site does not need the user ID"),
}
COUNTS = {"unit", "balance"}
ROLES: dict[str, Promise] = {"1": _("common user"), "10": _("admin"), "100": _("root")}
REASONS: dict[str, Promise] = {
    "renamed": _("rows under a former name, which the site's statistic does not count"),
    "shared_name": _("the site's statistic also counts another account of the same name"),
    "no_statistic": _("the site has no statistic of its own"),
    "zero_statistic": _("the site's statistic is zero, a known fault of some versions"),
    "name_pattern": _("the account's name acts as a pattern in the site's statistic"),
    "quarantine": _("a row could not be read"),
    "statistic": _("the site's statistic gives another sum"),
    "balance": _("the balance fell by more than the rows say"),
}

# What a reason means for the rows, and what to do.
EXPLANATIONS: dict[str, Promise] = {
    "renamed": _(
        "The site counts by the present name of the account, and some rows here carry a former one."
        " Without those, both sums are the same."
    ),
    "shared_name": _(
        "The site counts by name, and another account has or had the same one. It was proven in"
        " seconds in which this account has no row and the statistic is not zero."
    ),
    "zero_statistic": _(
        "The site says zero although it lists rows that cost something. New API 1.0.0-rc.29 does"
        " that. The rows were read whole; only their sum cannot be compared."
    ),
    "no_statistic": _(
        "The site knows no such address. The rows were read whole; there is no sum to compare."
    ),
    "name_pattern": _(
        "The name of the account has a percent sign in it, and the site's statistic counts every"
        " account whose name fits."
    ),
    "quarantine": _(
        "The sum here lacks the rows that could not be read. The window is verified once they can."
    ),
    "balance": _(
        "Each row tells what was left of the balance. Here it fell by more than the next row cost:"
        " something was charged for which the site lists no row."
    ),
    "statistic": _(
        "All rows that the site lists are here, read and compared twice, and still its own"
        " statistic gives another sum. No known fault explains it."
    ),
}


def problem(code: str, value: str = "") -> str:
    text = PROBLEMS.get(code, PROBLEMS["unexpected"])
    return str(text) % {"value": value}


def finding(found: Finding) -> str:
    if not found.ok:
        return problem(found.code, found.value)
    return str(FINDINGS[found.code]) % {"value": _shown(found)}


def reason(code: str) -> str:
    return str(REASONS[code]) if code in REASONS else ""


def explanation(code: str) -> str:
    return str(EXPLANATIONS[code]) if code in EXPLANATIONS else ""


def _shown(found: Finding) -> str:
    """Numbers with separators; a role as a word, unless it is one of the site's own."""
    if found.code == "role":
        return str(ROLES.get(found.value, found.value))
    return _separated(found.value) if found.code in COUNTS else found.value


def _separated(number: str) -> str:
    try:
        return f"{Decimal(number):,f}"
    except InvalidOperation:
        return number
