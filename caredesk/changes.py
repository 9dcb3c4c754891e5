"""Who changed what when, read from the history that triggers wrote (caredesk/history.py)."""

from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth import get_user_model
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caredesk.stale import author_of

SHOWN = 200
LABELS = {
    "created": gettext_lazy("Created"),
    "changed": gettext_lazy("Changed"),
    "deleted": gettext_lazy("Deleted"),
}
SILENT = {"id", "version", "control_secret"}


@dataclass
class Change:
    """One recorded change of a record: `fields` as [(name, before, after)], all as shown to people."""

    at: datetime
    by: str
    label: str
    fields: list = field(default_factory=list)


def changes_of(model, pk):
    """The last 200 changes of a record, deleted or not, newest first; three queries at most."""
    found = model.pgh_event_model.objects.filter(pgh_obj_id=pk).order_by("-pgh_id")
    events = list(found[: SHOWN + 1])
    names = names_of(authors(events))
    former = [*events[1:], None]
    return [
        Change(
            event.pgh_created_at, names(author_of(event)), label_of(event), differences(model, before, event)
        )
        for event, before in list(zip(events, former, strict=True))[:SHOWN]
    ]


def authors(events):
    return {author_of(event) for event in events} - {None}


def names_of(user_ids):
    """A function from a user's id to the shown name."""
    users = get_user_model().objects.in_bulk(user_ids)

    def name(user_id):
        user = users.get(user_id)
        return (user.get_full_name() or user.get_username()) if user else str(_("The system"))

    return name


def label_of(event):
    return str(LABELS[event.pgh_label])


def differences(model, before, event):
    if event.pgh_label == "deleted":
        return []
    recorded = {each.name for each in type(event)._meta.fields}
    told = []
    for each in model._meta.concrete_fields:
        if each.name in recorded and each.name not in SILENT:
            was, now = (shown(each, row) for row in (before, event))
            if was != now:
                told.append((each.verbose_name, was, now))
    return told


def shown(each, row):
    """A value in words; what refers to another record is named by its number."""
    value = getattr(row, each.attname, None) if row else None
    if value in (None, ""):
        return ""
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if each.choices:
        return str(dict(each.flatchoices).get(value, value))
    if each.is_relation:
        return f"{each.related_model._meta.verbose_name} {value}"
    return date_format(localtime(value), "DATETIME_FORMAT") if isinstance(value, datetime) else str(value)
