from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import PersonRequest
from accounts.forms import PreferencesForm


@require_http_methods(["GET", "HEAD", "POST"])
def me(request: PersonRequest) -> HttpResponse:
    person = request.user
    saved = {"name": person.name, "language": person.language, "theme": person.theme}
    form = PreferencesForm(request.POST or None, initial=saved)
    if not form.is_valid():
        return render(request, "accounts/me.html", {"form": form})
    person.prefer(**form.cleaned_data)
    with translation.override(person.language or translation.get_language()):
        messages.success(request, _("Saved."))
    return redirect("me")
