"""What people type about themselves and others."""

import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, Theme, User
from accounts.people import NewPerson

NO_REGION = {"Factory", "localtime"}  # the zone database lists them; nobody lives there


def zone_choices() -> list[tuple[str, str]]:
    return [(name, name) for name in sorted(zoneinfo.available_timezones() - NO_REGION)]


class NewPersonForm(forms.Form):
    """For whoever accepts an invitation: the e-mail is known, the rest is asked."""

    name = forms.CharField(label=pgettext_lazy("of a person", "Name"), max_length=100)
    password = forms.CharField(
        label=_("Password"),
        help_text=_("At least 12 characters."),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password_again = forms.CharField(
        label=_("Password, once more"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known_email = email
        self.fields["name"].widget.attrs["autocomplete"] = "name"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        password = cleaned.get("password")
        if password:
            self._check(password, cleaned)
        return cleaned

    def person(self) -> NewPerson:
        return NewPerson(
            email=self.cleaned_data.get("email", self.known_email),
            name=self.cleaned_data["name"],
            password=self.cleaned_data["password"],
            language=get_language() or settings.LANGUAGE_CODE,
        )

    def _check(self, password: str, cleaned: dict[str, Any]) -> None:
        if password != cleaned.get("password_again"):
            self.add_error("password_again", _("The two passwords differ."))
        person = User(email=cleaned.get("email", self.known_email), name=cleaned.get("name", ""))
        try:
            validate_password(password, person)
        except ValidationError as problem:
            self.add_error("password", problem)


class SetUpForm(NewPersonForm):
    """For the first admin, who also says where the days of this installation begin."""

    email = forms.EmailField(
        label=_("Your e-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    time_zone = forms.ChoiceField(
        label=_("Business time zone"),
        help_text=_("Days and months of all reports begin at midnight there."),
        choices=zone_choices,
        initial="UTC",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if settings.TOLLBOOK_TIME_ZONE:
            del self.fields["time_zone"]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def time_zone_name(self) -> str:
        return str(self.cleaned_data.get("time_zone") or settings.TOLLBOOK_TIME_ZONE)


class InvitationForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.MEMBER)

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if User.objects.filter(email=email).exists():
            raise ValidationError(_("This person already has an account."))
        return email


class PreferencesForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("of a person", "Name"), max_length=100)
    language = forms.ChoiceField(
        label=_("Language"),
        choices=[("", _("Same as browser")), *settings.LANGUAGES],
        required=False,
    )
    theme = forms.ChoiceField(label=_("Theme"), choices=Theme.choices)
