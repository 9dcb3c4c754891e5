"""Creating and changing a customer. `values` maps field names to texts; "emails" and "phones" to lists."""

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import transaction
from django.utils.translation import gettext as _

from caredesk.history import acting
from caredesk.realtime import announce
from caredesk.stale import count_edit, locked, refuse_if_stale, store
from caredesk.texts import limited
from customers.bells import ring_journey
from customers.models import FIELDS, ContactPoint, Customer
from customers.phones import normalise_email, normalise_phone


def create(values, *, by, region=None):
    """Store a new customer. Raises ValidationError by field; somebody without any name or address is nobody."""
    clean = somebody(values)
    with transaction.atomic(), acting(by):
        customer = Customer.objects.create(**{field: clean[field] for field in FIELDS if field in clean})
        for kind, points in wanted_points(clean, region).items():
            write_points(customer, kind, points)
    return customer


def save(customer, values, *, version, by, region=None):
    """Store changed values over `version`. Raises Stale, or ValidationError by field."""
    clean = cleaned(values)
    fields = {field: clean[field] for field in FIELDS if field in clean}
    with transaction.atomic(), acting(by):
        moved = store_points(locked(customer), clean, region, version=version, by=by)
        stored, changed = store(customer, fields, version=None if moved else version, by=by)
        if moved or changed:
            announce(stored, version=stored.version)
            ring_journey(stored.pk)
    return stored


def store_points(customer, clean, region, *, version, by):
    """Bring e-mails and phones to what the form wants, counted as one edit; return whether any changed."""
    known = {value: normalised for normalised, value in stored_points(customer, ContactPoint.PHONE)}
    wanted = wanted_points(clean, region, known)
    stored = {kind: stored_points(customer, kind) for kind in wanted}
    changed = [kind for kind in wanted if wanted[kind] != stored[kind]]
    if changed:
        refuse_if_stale(customer, version, by=by)
        for kind in changed:
            write_points(customer, kind, wanted[kind])
        count_edit(
            customer, {f"{kind}s": (addresses(stored[kind]), addresses(wanted[kind])) for kind in changed}
        )
    return bool(changed)


def somebody(values):
    """The same as `cleaned`, of which something must be left."""
    clean = cleaned(values)
    if not any(clean.values()):
        raise ValidationError({"first_name": _("Give a name, an e-mail address or a phone number.")})
    return clean


def cleaned(values):
    """Texts within their limits, trimmed; all errors at once, each beside its field."""
    errors, clean = {}, {}
    for field, given in values.items():
        try:
            clean[field] = (
                cleaned_list(field, given) if field in ("emails", "phones") else limited(given).strip()
            )
        except ValidationError as error:
            errors[field] = error
    if errors:
        raise ValidationError(errors)
    return clean


def cleaned_list(field, given):
    entries = [limited(entry).strip() for entry in given]
    entries = [entry for entry in entries if entry]
    if field == "emails":
        for entry in entries:
            EmailValidator(_("This e-mail address is not complete."))(entry)
    return entries


def wanted_points(clean, region, known=None):
    """{kind: [(normalised, value), …]} as the form wants it, in its order, each address once.

    `known`: {value: normalised} of phones that stand there already, which another country's queue must not reread.
    """
    wanted = {}
    if "emails" in clean:
        wanted[ContactPoint.EMAIL] = {normalise_email(value): value for value in reversed(clean["emails"])}
    if "phones" in clean:
        wanted[ContactPoint.PHONE] = {
            (known or {}).get(value) or normalise_phone(value, region): value
            for value in reversed(clean["phones"])
        }
    return {kind: list(reversed(points.items())) for kind, points in wanted.items()}


def stored_points(customer, kind):
    points = customer.contact_points.filter(kind=kind).order_by("pk")
    return list(points.values_list("normalised", "value"))


def addresses(points):
    return [value for _normalised, value in points]


def write_points(customer, kind, wanted):
    """From the first one that differs on they are written anew, so that their order is the form's."""
    rows = list(customer.contact_points.filter(kind=kind).order_by("pk"))
    same = 0
    while same < min(len(rows), len(wanted)) and (rows[same].normalised, rows[same].value) == wanted[same]:
        same += 1
    for row in rows[same:]:
        row.delete()
    ContactPoint.objects.bulk_create(
        ContactPoint(customer=customer, kind=kind, value=value, normalised=normalised)
        for normalised, value in wanted[same:]
    )
