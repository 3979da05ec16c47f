"""What people type about their connections."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from providers import connections, messages
from providers.adapters import ADAPTERS, Adapter
from providers.adapters.errors import Refused
from providers.adapters.records import Secret
from providers.connections import Draft
from providers.models import Connection
from providers.models.sites import ALL, OWN
from providers.vocabulary import VOCABULARIES
from providers.worth import Paid

LONGEST_SECRET = 4000
DIGITS = RegexValidator(r"\A[0-9]{1,19}\Z", message=_("The user ID is a number."))
FIELD_OF_A_PROBLEM = {
    **dict.fromkeys(["bad_url", "private_address", "metadata_address", "plain_http"], "url"),
    **dict.fromkeys(["dns", "certificate", "redirect", "not_new_api", "html"], "url"),
    **dict.fromkeys(["model_key", "token_invalid", "token_expired", "token_retired"], "secret"),
    **dict.fromkeys(["scope_missing", "account_disabled"], "secret"),
    **dict.fromkeys(["user_id_missing", "user_id_no_number", "user_id_wrong"], "user_id"),
    "role_too_low": "scope",
}


class SecretField(forms.CharField):
    """Becomes a value that does not show itself, and never goes back to a browser."""

    def __init__(self, **options: Any) -> None:
        attributes = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}
        widget = forms.PasswordInput(render_value=False, attrs=attributes)
        super().__init__(max_length=LONGEST_SECRET, widget=widget, **options)

    def clean(self, value: Any) -> Any:
        return Secret(super().clean(value))


class CredentialsForm(forms.Form):
    """The part of a connection that proves itself."""

    secret = SecretField(
        label=_("System access token"),
        help_text=_(
            "On the site: Personal settings → Security settings → System access token. Not an API"
            " key (sk-…) for calls. Of openai-hk: the key (hk-…)."
        ),
    )
    user_id = forms.CharField(
        label=_("User ID"),
        help_text=_("The number on the account page of the site. Most sites ask for it."),
        required=False,
        validators=[DIGITS],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def tell(self, codes: Iterable[str]) -> None:
        """Mark the fields that a test found to be wrong."""
        for code in codes:
            field = FIELD_OF_A_PROBLEM.get(code)
            if field in self.fields:
                self.add_error(field, messages.problem(code))


class ReplacementForm(CredentialsForm):
    def __init__(self, *args: Any, connection: Connection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connection = connection
        self.fields["user_id"].initial = connection.user_id

    def draft(self) -> Draft:
        stored = connections.draft_of(self.connection, self.cleaned_data["secret"])
        return replace(stored, user_id=self.cleaned_data["user_id"])


class VocabularyForm(forms.Form):
    """What the numbers of a site's log types mean."""

    vocabulary = forms.ChoiceField(choices=lambda: [(code, code) for code in VOCABULARIES])


class WorthForm(forms.Form):
    """What was paid for some units, and on which business day."""

    units = forms.IntegerField(label=_("Units bought"), min_value=1, max_value=10**18)
    amount = forms.DecimalField(
        label=_("Paid for them"), min_value=Decimal("0.000001"), max_digits=20, decimal_places=6
    )
    currency = forms.RegexField(
        r"\A[A-Z]{3}\Z",
        label=_("Currency"),
        initial="USD",
        error_messages={"invalid": _("Three capital letters, such as USD or CNY.")},
    )
    usd_rate = forms.DecimalField(
        label=_("One US dollar was"),
        help_text=_("In that currency, on that day. For USD it is 1."),
        min_value=Decimal("0.000001"),
        max_digits=20,
        decimal_places=6,
        initial=1,
    )
    since = forms.DateField(
        label=_("Day"),
        help_text=_("From this day on; the first one counts for the time before as well."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("currency") == "USD" and cleaned.get("usd_rate", 1) != 1:
            self.add_error("usd_rate", _("A US dollar is one US dollar."))
        return cleaned

    def paid(self) -> Paid:
        names = ("units", "amount", "currency", "usd_rate")
        return Paid(**{name: self.cleaned_data[name] for name in names})


class ConnectionForm(CredentialsForm):
    """`person`: only admins are offered the rows of all users."""

    kind = forms.ChoiceField(
        label=_("Software"),
        choices=lambda: [(kind, adapter.title) for kind, adapter in ADAPTERS.items()],
        required=False,
    )
    url = forms.CharField(
        label=_("Address of the site"),
        help_text=_(
            "Paste any page of the site; Tollbook works out the address. Empty for openai-hk.com."
        ),
        max_length=2000,
        required=False,
        widget=forms.TextInput(
            attrs={"inputmode": "url", "autocomplete": "url", "placeholder": "https://"}
        ),
    )
    name = forms.CharField(
        label=_("Name"),
        help_text=_("Yours to choose; empty takes the name of the site."),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scope = forms.ChoiceField(
        label=_("Rows to mirror"),
        choices=[(OWN, _("My own rows")), (ALL, _("Rows of all users"))],
        initial=OWN,
    )
    field_order = ["kind", "url", "secret", "user_id", "name", "scope"]

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not person.is_admin_role:
            del self.fields["scope"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "url" in cleaned:
            self._normalise(cleaned)
        if cleaned.get("scope", OWN) not in self._adapter(cleaned).scopes:
            self.add_error("scope", _("This site has no log of all users."))
        return cleaned

    def draft(self) -> Draft:
        adapter = self._adapter(self.cleaned_data)
        return Draft(
            kind=adapter.kind,
            base_url=self.cleaned_data["base_url"],
            secret=self.cleaned_data["secret"],
            user_id=self.cleaned_data["user_id"] if adapter.has_user_id else "",
            scope=self.cleaned_data.get("scope", OWN),
            name=self.cleaned_data["name"],
        )

    def _normalise(self, cleaned: dict[str, Any]) -> None:
        adapter = self._adapter(cleaned)
        written = cleaned["url"] or adapter.default_url
        if not written:
            self.add_error("url", self.fields["kind"].error_messages["required"])
            return
        try:
            cleaned["base_url"] = adapter.normalise_url(written)
        except Refused as refusal:
            self.add_error("url", messages.problem(refusal.code, refusal.detail))

    def _adapter(self, cleaned: dict[str, Any]) -> Adapter:
        return ADAPTERS.get(cleaned.get("kind", "")) or next(iter(ADAPTERS.values()))
