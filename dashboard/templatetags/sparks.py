"""Small lines, drawn on the server: x in per cent, y in pixels."""

from itertools import pairwise

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from dashboard.sparks import Line

register = template.Library()

TOP, BOTTOM = 2.0, 18.0


@register.simple_tag
def spark(line: Line) -> SafeString:
    """Said in words by the figure beside it."""
    highest = max((point for point in line if point is not None), default=0)
    if len(line) < 2 or not highest:
        return SafeString()
    scale, step = (BOTTOM - TOP) / highest, 100 / (len(line) - 1)
    heights = [None if point is None else f"{BOTTOM - point * scale:.1f}" for point in line]
    lines = (
        (f"{place * step:.2f}", f"{(place + 1) * step:.2f}", *ends)
        for place, ends in enumerate(pairwise(heights))
        if None not in ends
    )
    template = '<line x1="{}%" x2="{}%" y1="{}" y2="{}"/>'
    return format_html(
        '<svg class="spark" aria-hidden="true">{}</svg>', format_html_join("", template, lines)
    )
