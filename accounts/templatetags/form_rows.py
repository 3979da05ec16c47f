from typing import Any

from django import template
from django.forms import BoundField

register = template.Library()


@register.inclusion_tag("accounts/_form_row.html")
def form_row(field: BoundField, label: str = "", help_text: str | None = None) -> dict[str, Any]:
    """A label, the field, its help and its errors. Words given here replace a library's."""
    if label:
        field.label = label
    if help_text is not None:
        field.help_text = help_text
    # A library's placeholder repeats its label, which was just replaced.
    attributes: dict[str, str | bool] = {"placeholder": False} if label else {}
    return {"field": field, "widget": field.as_widget(attrs=attributes)}
