"""What an admin types about who is who."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from providers.models import Belonging, Site


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


class BelongingForm(forms.Form):
    """Whose an upstream user or key is. `until` is the first day that it is not any more."""

    site = forms.ModelChoiceField(Site.objects.all())
    kind = forms.ChoiceField(choices=Belonging.Kind.choices)
    upstream_id = forms.CharField(max_length=100)
    member = forms.ModelChoiceField(
        User.objects.all(), error_messages={"required": _("Choose a member.")}
    )
    since = _day(_("from"))
    until = _day(_("to"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and since >= until:
            raise forms.ValidationError(_("The first day is after the last one."))
        return given


class EndForm(forms.Form):
    until = _day(_("to"))


class MergeForm(forms.Form):
    alias = forms.ModelChoiceField(Site.objects.filter(same_as=None))
    site = forms.ModelChoiceField(Site.objects.filter(same_as=None))
