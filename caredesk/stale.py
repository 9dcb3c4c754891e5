"""Stale edits (R52, R53): nobody overwrites what a colleague stored since the page was loaded.

`version` counts the edits of agents, each of which leaves one event of history with its author. What a reader who has
loaded some version has not seen are the fields that differ now and that somebody else was the last to change: one's own
other tab, background work, and what a colleague took back again are nothing to warn of.
"""

from itertools import pairwise

from django.contrib.auth import get_user_model
from django.db.models import F
from django.utils.translation import gettext as _

from caredesk.history import noting

BESIDE = "beside"
SKIPPED = {"id", "version"}


class Stale(Exception):
    """Somebody else changed the record: `by` (shown name), `at` (aware datetime), `fields` (names); `record` is the
    row as it is now."""

    def __init__(self, record, by, at, fields):
        self.record, self.by, self.at, self.fields = record, by, at, fields
        super().__init__(_("%(name)s changed this meanwhile.") % {"name": by})


def locked(record):
    """The row as it is now, held until the transaction ends; inserts that refer to it go on."""
    return type(record)._base_manager.select_for_update(no_key=True).get(pk=record.pk)


def store(record, changes, *, version, by):
    """Write the changed values over `version`, counted as one edit of `by`; return (row, names changed).

    Nothing changes when every value stands there already. Raises Stale if anybody but `by` edited the row
    since `version` (None: whatever stands there). Runs inside the caller's transaction.
    """
    current = locked(record)
    changed = {field: value for field, value in changes.items() if getattr(current, field) != value}
    if not changed:
        return current, []
    refuse_if_stale(current, version, by=by)
    for field, value in changed.items():
        setattr(current, field, value)
    current.version += 1
    current.save(update_fields=[*changed, "version"])
    return current, list(changed)


def refuse_if_stale(current, version, *, by):
    """`current` is the row as it is now, locked. Raises Stale."""
    if news := unseen(current, version, by=by):
        raise news


def unseen(current, version, *, by):
    """What others have changed since `version`, as a Stale that is not raised; None when that is nothing."""
    if version is None or current.version == version:
        return None
    stood, last = {}, {}
    for before, event in edits_since(current, version):
        for name in names_changed(before, event):
            stood.setdefault(name, former(before, event, name))
            last[name] = event
    foreign = {
        name: event
        for name, event in last.items()
        if author_of(event) != by.pk and stood[name] != latter(event, name)
    }
    if not foreign:
        return None
    newest = max(foreign.values(), key=lambda event: event.pgh_id)
    return Stale(current, shown_author(newest), newest.pgh_created_at, kinds(foreign))


def count_edit(record, beside=()):
    """Count a change that stands in rows beside the record (a tag, a contact point) as an edit of it.

    `beside`: {"emails": (before, after)}, kept with the event; "tags:router" is one of many.
    """
    with noting(**{BESIDE: {name: list(values) for name, values in dict(beside).items()}}):
        type(record)._base_manager.filter(pk=record.pk).update(version=F("version") + 1)


def edits_since(record, version):
    """[(the event before, the event)] of each edit: what left the version as it was is background work."""
    events = type(record).pgh_event_model.objects.filter(pgh_obj_id=record.pk, version__gt=version)
    steps = pairwise([at_version(record, version), *events.order_by("pgh_id")])
    return [(before, event) for before, event in steps if not before or event.version > before.version]


def author_of(event):
    return (event.pgh_context or {}).get("by")


def beside_of(event):
    """{name: [before, after]} of what the edit changed in rows beside the record."""
    return (event.pgh_context or {}).get(BESIDE) or {}


def shown_author(event):
    user = get_user_model().objects.filter(pk=author_of(event)).first()
    return (user.get_full_name() or user.get_username()) if user else _("The system")


def at_version(record, version):
    """The row as it was then; None when it was not there yet."""
    events = type(record).pgh_event_model.objects
    return events.filter(pgh_obj_id=record.pk, version__lte=version).order_by("pgh_id").last()


def names_changed(before, event):
    """Names of the fields that differ between an event and the one before it, and of what was changed beside them."""
    tracked = type(event).pgh_tracked_model._meta.concrete_fields
    names = [field.name for field in tracked if hasattr(event, field.attname) and field.name not in SKIPPED]
    return [name for name in names if value(before, name) != value(event, name)] + list(beside_of(event))


def former(before, event, name):
    beside = beside_of(event)
    return beside[name][0] if name in beside else value(before, name)


def latter(event, name):
    beside = beside_of(event)
    return beside[name][1] if name in beside else value(event, name)


def kinds(names):
    """“tags” for “tags:router”, each once."""
    return list(dict.fromkeys(name.partition(":")[0] for name in names))


def value(row, name):
    return getattr(row, type(row)._meta.get_field(name).attname, None) if row else None
