"""Who is this? Matching by e-mail, phone and external id (R72)."""

from django.db.models import Q

from caredesk.planned import planned
from customers.models import ContactPoint, Customer
from customers.phones import normalise_email, normalise_phone


def matches(*, emails=(), phones=(), external_id="", region=None):
    """Customers with one of these e-mails, phones or this external id, oldest first."""
    wanted = Q()
    for kind, values in by_kind(emails, phones, region):
        wanted |= Q(contact_points__kind=kind, contact_points__normalised__in=values)
    if external_id.strip():
        wanted |= Q(external_id=external_id.strip())
    if not wanted:
        return Customer.objects.none()
    return Customer.objects.filter(pk__in=Customer.objects.filter(wanted).values("pk")).order_by("pk")


def by_kind(emails, phones, region):
    normal_emails = [normalise_email(value) for value in emails if value.strip()]
    normal_phones = [normalise_phone(value, region) for value in phones if value.strip()]
    return [
        (kind, values)
        for kind, values in ((ContactPoint.EMAIL, normal_emails), (ContactPoint.PHONE, normal_phones))
        if values
    ]


def the_one(*, emails=(), phones=(), external_id="", region=None):
    """The only match, or None: with several the agent chooses."""
    values = {"email": [], "phone": []} | dict(by_kind(emails, phones, region))
    with planned(THE_ONE, values | {"external_id": external_id.strip()}) as cursor:
        found = cursor.fetchall()
    return Customer.objects.get(pk=found[0][0]) if len(found) == 1 else None


# In words of SQL, as every chat and call that arrives waits for it.
THE_ONE = """
    SELECT customer_id FROM customers_contactpoint
    WHERE kind = 'email' AND normalised = ANY(%(email)s) OR kind = 'phone' AND normalised = ANY(%(phone)s)
    UNION SELECT id FROM customers_customer WHERE external_id = %(external_id)s AND external_id <> ''
    LIMIT 2
"""
