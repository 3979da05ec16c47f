"""What a person chooses about log tables, and the views that they keep."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dashboard.columns import OWN, TEAM
from dashboard.models import LONGEST_NAME, LONGEST_QUERY, SavedView
from dashboard.parameters import SIZES, choice

WORDS = sorted({column.word for column in (*OWN, *TEAM)})
OF_THE_MOMENT = ("before", "after", "live", "totals", "size")


class TableForm(forms.Form):
    """Of the dialog, or only of the choice of rows per page."""

    columns = forms.MultipleChoiceField(choices=[(word, word) for word in WORDS], required=False)
    size = forms.TypedChoiceField(choices=[(size, size) for size in SIZES], coerce=int)
    is_roomy = forms.BooleanField(required=False)
    what = choice(["all", "size", "usual"])

    def chosen(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given["what"] == "size":
            return {"size": given["size"]}
        columns = {"all": WORDS, "usual": None}.get(given["what"], given["columns"])
        return {"columns": columns, "size": given["size"], "is_roomy": given["is_roomy"]}


class SavedViewForm(forms.Form):
    name = forms.CharField(
        max_length=LONGEST_NAME, error_messages={"required": _("A view needs a name.")}
    )
    query = forms.CharField(max_length=LONGEST_QUERY, required=False)
    is_shared = forms.BooleanField(required=False)

    def clean_query(self) -> str:
        """What is to be shown, not where in it somebody was."""
        query = QueryDict(self.cleaned_data["query"].removeprefix("?"), mutable=True)
        for name in OF_THE_MOMENT:
            query.pop(name, None)
        return query.urlencode()

    def keep(self, owner: User, page: str) -> None:
        """Under a name that is there already it takes that one's place."""
        kept = {name: self.cleaned_data[name] for name in ("query", "is_shared")}
        SavedView.objects.update_or_create(
            owner=owner, page=page, name=self.cleaned_data["name"], defaults=kept
        )
