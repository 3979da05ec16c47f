"""The one family of errors for what the outside world did.

`code` names the sentence that a person reads (`providers/messages.py` has the sentences);
`str(error)` is the technical form for the log and never holds a secret or an upstream body.
`needs_person` pauses a connection.
"""


class ProviderError(Exception):
    code = "unexpected"
    needs_person = False

    def __init__(
        self, detail: str = "", *, code: str | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(detail or self.code)
        self.detail = detail
        self.code = code or self.code
        self.retry_after = retry_after

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}" if self.detail else self.code


class AuthFailed(ProviderError):
    """The site refuses the secret. Codes: token_invalid, token_expired, token_retired, model_key,
    user_id_missing, user_id_no_number, user_id_wrong, account_disabled."""

    code = "token_invalid"
    needs_person = True


class NotPermitted(ProviderError):
    """The secret is good but may not do this. Codes: role_too_low, scope_missing."""

    code = "role_too_low"
    needs_person = True


class RateLimited(ProviderError):
    """429; `retry_after` in seconds where the site said so."""

    code = "rate_limited"


class Unavailable(ProviderError):
    """Worth trying again. Codes: unavailable (5xx), timeout, connection, tls, dns, too_large,
    truncated, database_error."""

    code = "unavailable"


class UnexpectedAnswer(ProviderError):
    """An answer that is not the contract's. Codes: not_json, html, challenge, not_new_api,
    redirect, bad_envelope, account_unnamed, filter_ignored, name_pattern, site_error."""

    code = "unexpected"


class Refused(ProviderError):
    """We did not even ask. Codes: private_address, metadata_address, plain_http, bad_url,
    certificate."""

    code = "bad_url"
    needs_person = True
