"""Creating and changing a customer. `values` maps field names to texts; "emails" and "phones" to lists."""

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import transaction
from django.utils.translation import gettext as _

from caredesk.history import acting
from caredesk.realtime import announce
from caredesk.stale import count_edit, locked, refuse_if_stale, store
from caredesk.texts import limited
from customers.models import FIELDS, ContactPoint, Customer
from customers.phones import normalise_email, normalise_phone


def create(values, *, by, region=None):
    """Store a new customer. Raises ValidationError by field; somebody without any name or address is nobody."""
    clean = cleaned(values)
    if not any(clean.values()):
        raise ValidationError({"first_name": _("Give a name, an e-mail address or a phone number.")})
    with transaction.atomic(), acting(by):
        customer = Customer.objects.create(**{field: clean[field] for field in FIELDS if field in clean})
        write_points(customer, clean, region)
    return customer


def save(customer, values, *, version, by, region=None):
    """Store changed values over `version`. Raises Stale, or ValidationError by field."""
    clean = cleaned(values)
    fields = {field: clean[field] for field in FIELDS if field in clean}
    with transaction.atomic(), acting(by):
        moved = points_differ(locked(customer), clean, region)
        if moved:
            refuse_if_stale(locked(customer), version, by=by)
            write_points(customer, clean, region)
            count_edit(customer)
        stored, changed = store(customer, fields, version=None if moved else version, by=by)
        if moved or changed:
            announce(stored, version=stored.version)
    return stored


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


def wanted_points(clean, region):
    """{(kind, normalised): value} as the form wants it, in its order."""
    points = {(ContactPoint.EMAIL, normalise_email(value)): value for value in clean.get("emails", ())}
    points |= {
        (ContactPoint.PHONE, normalise_phone(value, region)): value for value in clean.get("phones", ())
    }
    return points


def points_differ(customer, clean, region):
    if "emails" not in clean and "phones" not in clean:
        return False
    stored = {(point.kind, point.normalised): point.value for point in customer.contact_points.all()}
    return stored != wanted_points(clean, region)


def write_points(customer, clean, region):
    wanted = wanted_points(clean, region)
    stored = {(point.kind, point.normalised): point for point in customer.contact_points.all()}
    for key, point in stored.items():
        if key not in wanted:
            point.delete()
    for (kind, normalised), value in wanted.items():
        point = stored.get((kind, normalised)) or ContactPoint(customer=customer, kind=kind)
        if point.value != value:
            point.value = value
            point.save(region=region)
