"""What an admin says about a person's connections."""

from django import forms
from django.http import QueryDict

from accounts.models import User
from providers.models import Connection


class HandOverForm(forms.Form):
    connection = forms.ModelChoiceField(queryset=Connection.objects.none())
    to = forms.ModelChoiceField(queryset=User.objects.all())

    def __init__(self, data: QueryDict, *, owner: User) -> None:
        super().__init__(data)
        field = self.fields["connection"]
        if isinstance(field, forms.ModelChoiceField):
            owned = Connection.objects.filter(owner=owner)
            field.queryset = owned.select_related("site", "feed__site", "owner")
