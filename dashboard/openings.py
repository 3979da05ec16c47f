"""Accounts that admins open at a site for members: the form, and what came of earlier ones."""

import socket
from collections.abc import Sequence
from contextlib import closing
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from providers import messages, openings
from providers.adapters import ADAPTERS
from providers.adapters.errors import Refused
from providers.models import Opening

MOST_LISTED = 50
SOMEWHERE = (
    "198.51.100.1",
    9,
)  # nothing is sent: the system chooses an address for it


class OpeningForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Provider"),
        choices=lambda: [(kind, adapter.title) for kind, adapter in openings.openers().items()],
    )
    url = forms.CharField(
        label=_("Address of the site"),
        help_text=_("Empty for the provider's own address."),
        max_length=2000,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
    )
    owner = forms.ModelChoiceField(
        label=_("For"), queryset=User.objects.none(), empty_label=_("Choose a member")
    )
    is_sure = forms.BooleanField(
        label=_("Open one account now. It cannot be taken back from here."),
        error_messages={"required": _("Confirm that an account is to be opened.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = self.fields["owner"]
        if isinstance(owner, forms.ModelChoiceField):
            owner.queryset = User.objects.filter(is_active=True).order_by("name", "email")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "url" in cleaned and "kind" in cleaned:
            adapter = ADAPTERS[cleaned["kind"]]
            try:
                cleaned["base_url"] = adapter.normalise_url(cleaned["url"] or adapter.default_url)
            except Refused as refusal:
                self.add_error("url", messages.problem(refusal.code, refusal.detail))
        return cleaned


def earlier() -> Sequence[Opening]:
    known: QuerySet[Opening] = Opening.objects.select_related("site", "owner", "asked_by")
    return list(known.order_by("-asked_at")[:MOST_LISTED])


def own_address() -> str:
    """Of this machine, as it goes out; "" without a network. Behind a router it is another."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as out:
        try:
            out.connect(SOMEWHERE)
        except OSError:
            return ""
        return str(out.getsockname()[0])
