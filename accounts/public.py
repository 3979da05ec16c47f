"""Every page that answers without a login, by the name of its URL. A test compares it with the map.

The view itself carries Django's `login_not_required` (allauth's views bring it along).
"""

PUBLIC_PAGES = frozenset(
    {
        "account_inactive",
        "account_login",
        "account_logout",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "healthz",
        "invitation",
        "mfa_authenticate",
        "set_language",
        "setup",
    }
)
