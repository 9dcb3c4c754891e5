"""What a caution says: who changed which fields and when, and which of them the reader has changed too (R52)."""

from django.utils.translation import gettext_lazy as _

NAMES = {
    "title": _("Title"),
    "description": _("Description"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "emails": _("E-mail"),
    "phones": _("Phone"),
    "address": _("Address"),
    "city": _("City"),
    "country": _("Country"),
    "language": _("Language"),
    "company": _("Company"),
    "external_id": _("External id"),
    "notes": _("Notes"),
    "state": _("Status"),
    "closed_at": _("Status"),
}


def caution_of(stale, own=()):
    """For panes/caution.html, of a refused save; `own` are the fields that the reader wanted to save."""
    return {
        "who": stale.by,
        "when": stale.at,
        "fields": joined(stale.fields) or _("something"),
        "own_fields": joined(own),
        "overlaps": bool({*stale.fields} & {*own}),
    }


def joined(fields):
    """“Title, Description”, each once; what has no name of its own on the page is left out."""
    return ", ".join(dict.fromkeys(str(NAMES[field]) for field in fields if field in NAMES))
