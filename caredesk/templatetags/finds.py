"""Finds of a search, with what was asked for marked."""

from django import template
from django.utils.html import format_html, format_html_join

from activities import marking

register = template.Library()


@register.filter
def marked(text, question):
    """The text with <mark> around what was asked for."""
    return format_html_join(
        "",
        "{}",
        (
            [format_html("<mark>{}</mark>", piece) if is_marked else piece]
            for piece, is_marked in marking.pieces(str(text), question)
        ),
    )


@register.filter
def found_in(customer):
    """What is shown of a customer beside their name: see marking.shown."""
    return marking.shown(customer)
