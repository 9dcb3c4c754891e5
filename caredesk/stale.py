"""Stale edits (R52, R53): nobody overwrites what a colleague stored since the page was loaded."""

from itertools import pairwise

from django.contrib.auth import get_user_model
from django.db.models import F
from django.utils.translation import gettext as _


class Stale(Exception):
    """Somebody else changed the record: `by` (shown name), `at` (aware datetime), `fields` (names), `version`."""

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
    if version is None or current.version == version:
        return
    steps = pairwise([at_version(current, version), *edits_since(current, version)])
    foreign = [(before, event) for before, event in steps if author_of(event) != by.pk]
    if foreign:
        last = foreign[-1][1]
        raise Stale(current, shown_author(last), last.pgh_created_at, fields_changed(current, foreign))


def count_edit(record):
    """Count a change that stands in rows beside the record (a tag, a contact point) as an edit of it."""
    type(record)._base_manager.filter(pk=record.pk).update(version=F("version") + 1)


def edits_since(record, version):
    events = type(record).pgh_event_model.objects
    return list(events.filter(pgh_obj_id=record.pk, version__gt=version).order_by("pgh_id"))


def author_of(event):
    return (event.pgh_context or {}).get("by")


def shown_author(event):
    user = get_user_model().objects.filter(pk=author_of(event)).first()
    return (user.get_full_name() or user.get_username()) if user else _("The system")


def at_version(record, version):
    """The row as it was then; None when it was not there yet."""
    events = type(record).pgh_event_model.objects
    return events.filter(pgh_obj_id=record.pk, version__lte=version).order_by("pgh_id").last()


def fields_changed(record, steps):
    """Names of the fields that differ in any of these steps, each an event and the one before it."""
    model = type(record).pgh_event_model
    names = [field.name for field in type(record)._meta.concrete_fields if hasattr(model, field.attname)]
    skipped = {"id", "version"}
    return [name for name in names if name not in skipped and any(differs(*step, name) for step in steps)]


def differs(before, event, name):
    return value(before, name) != value(event, name)


def value(row, name):
    return getattr(row, type(row)._meta.get_field(name).attname, None) if row else None
