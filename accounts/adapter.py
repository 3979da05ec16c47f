"""What differs from allauth's habits: nobody signs up by themselves, and errors use our words."""

from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import links


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("E-mail and password do not match."),
        "enter_current_password": _("This is not your current password."),
        "incorrect_code": _("This code is not right. It may be too old: use the newest one."),
        "incorrect_password": _("This is not your password."),
        "invalid_password_reset": _("This link does not work any more. Ask for a new one."),
        "rate_limited": _("Too many tries. Wait a minute, then try again."),
        "too_many_login_attempts": _("Too many tries. Wait five minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        address = super().get_reset_password_from_key_url(key)
        return links.absolute(self.request, urlsplit(address).path)
