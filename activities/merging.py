"""Two records of one person become one (R73), and for 7 days two again. The clocks that close requests go on (R90)."""

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from activities.joining import put_into
from activities.models import Activity, Draft, Merge, OpenCustomer, RecentCustomer
from activities.moving import held
from caredesk.history import acting, noting
from caredesk.realtime import announce, name_of
from caredesk.retrying import retried_after_deadlock
from caredesk.stale import BESIDE, refuse_if_stale
from customers.bells import ring_journey
from customers.models import FIELDS, ContactPoint, Customer
from requests_app.models import CareRequest
from requests_app.solving import close_if_solved

DAYS = 7
SECONDS = 60
LISTS = {"open": OpenCustomer, "recent": RecentCustomer}


class Gone(Exception):
    """One of the two is no more, or the merge: a colleague has merged them, or taken that back."""


class TooLate(Exception):
    """Merges are taken back within 7 days."""


@retried_after_deadlock
def merge(kept, other, chosen, *, versions, by):
    """Make `other` a part of `kept`, who has its values in the `chosen` fields from now on; return the Merge.

    `versions`: of both, as the page showed them. Raises Stale, Gone. Requests, activities and with them tasks, open and
    recent customers and drafts are the kept one's; addresses of both are.
    """
    with transaction.atomic(), acting(by):
        kept, other = both(kept.pk, other.pk)
        take_time()
        for customer, version in zip((kept, other), versions, strict=True):
            refuse_if_stale(customer, version, by=by)
        undo = {"customer": facts_of(other), "points": points_of(other), "merges": merges_of(other)}
        undo |= write(kept, other, [name for name in FIELDS if name in chosen])
        undo |= take_over(kept, other)
        undo |= {name: take_list(model, kept, other) for name, model in LISTS.items()}
        undo["drafts"] = take_drafts(kept, other)
        other.delete()
        ring(kept.pk, undo)
        return Merge.objects.create(kept=kept, undo=undo, by=by)


@retried_after_deadlock
def unmerge(merge, *, by):
    """Two records again; return the one that had disappeared. What has changed since stays with the kept one: fields
    and addresses somebody wrote, activities that arrived or were moved. Raises TooLate, Gone."""
    with transaction.atomic(), acting(by):
        take_time()
        kept = Customer.objects.select_for_update(no_key=True).filter(merges=merge.pk).first()
        merge = Merge.objects.select_for_update(no_key=True).filter(pk=merge.pk).first()
        if not (kept and merge) or merge.undone_at:
            raise Gone
        if merge.merged_at < timezone.now() - timedelta(days=DAYS):
            raise TooLate
        other = restored(merge.undo)
        unwrite(kept, merge.undo)
        give_back(kept, other, merge.undo)
        for name, model in LISTS.items():
            return_list(model, kept, other, merge.undo[name])
        return_drafts(kept, other, merge.undo["drafts"])
        merge.undone_at = timezone.now()
        merge.save(update_fields=["undone_at"])
        ring(kept.pk, merge.undo)
    return other


def undoable(customer):
    """Its merges that can still be taken back, the last first."""
    since = timezone.now() - timedelta(days=DAYS)
    merges = Merge.objects.filter(kept=customer, undone_at=None, merged_at__gte=since)
    return merges.select_related("by").order_by("-merged_at", "-pk")


def name_in(undo):
    """What the record is called that would come back."""
    facts = undo["customer"]
    name = " ".join(filter(None, (facts["first_name"], facts["last_name"])))
    return name or next((value for _kind, value, _normalised in undo["points"]), _("Unknown customer"))


# --- merging


def both(kept, other):
    """Both rows, locked by id. The one that goes keeps out whoever would refer to it; they find the kept one then."""
    rows = {}
    for pk in sorted({kept, other}):
        locking = Customer.objects.select_for_update(no_key=pk == kept)
        rows[pk] = locking.filter(pk=pk).first()
    if len(rows) < 2 or None in rows.values():
        raise Gone
    return rows[kept], rows[other]


def take_time():
    """With 10,000 activities, each with its row of history, one statement may go on for longer than others may."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{SECONDS}s'")


def facts_of(customer):
    texts = {name: getattr(customer, name) for name in FIELDS}
    made = customer.created_at.isoformat()
    return texts | {"id": customer.pk, "version": customer.version, "created_at": made}


def points_of(customer):
    return [[point.kind, point.value, point.normalised] for point in customer.points()]


def merges_of(customer):
    """What had been merged into it before goes with it, and comes back with it."""
    rows = Merge.objects.filter(kept=customer).order_by("pk")
    return [
        {"undo": row.undo, "by": row.by_id, "at": row.merged_at.isoformat()}
        for row in rows
        if not row.undone_at
    ]


def write(kept, other, chosen):
    """The chosen fields and the addresses it had not, as one edit. No version that a page of either has seen is used
    again, so that what is typed there is known to be stale."""
    there = {(point.kind, point.normalised) for point in kept.points()}
    added = [point for point in other.points() if (point.kind, point.normalised) not in there]
    fields = {name: [getattr(kept, name), getattr(other, name)] for name in chosen}
    fields = {name: values for name, values in fields.items() if values[0] != values[1]}
    before = addresses(kept)
    ContactPoint.objects.bulk_create(
        ContactPoint(customer=kept, kind=point.kind, value=point.value, normalised=point.normalised)
        for point in added
    )
    edit(
        kept,
        {name: after for name, (_was, after) in fields.items()},
        before,
        max(kept.version, other.version),
    )
    return {"fields": fields, "added": [[point.kind, point.normalised] for point in added]}


def addresses(customer):
    fresh = Customer.objects.get(pk=customer.pk)
    return {"emails": fresh.emails, "phones": fresh.phones}


def edit(customer, values, before, version):
    """Store the values over this version; `before` are the addresses as they were."""
    after = addresses(customer)
    beside = {kind: [before[kind], after[kind]] for kind in after if before[kind] != after[kind]}
    for name, value in values.items():
        setattr(customer, name, value)
    customer.version = version + 1
    with noting(**{BESIDE: beside}):
        customer.save(update_fields=[*values, "version"])


def take_over(kept, other):
    """The database lets activities follow their request to its new customer."""
    requests = requests_held(customer=other)
    activities = Activity.objects.select_for_update(no_key=True).filter(customer=other).order_by("pk")
    numbers = list(activities.values_list("pk", flat=True))
    CareRequest.objects.filter(pk__in=requests).update(customer=kept)
    Activity.objects.filter(customer=other).update(customer=kept)
    return {"requests": requests, "activities": numbers}


def requests_held(**where):
    """Numbers of requests, locked by id and for more than usual: what refers to them is about to follow them."""
    requests = CareRequest.objects.select_for_update(of=["self"]).filter(**where).order_by("pk")
    return list(requests.values_list("pk", flat=True))


def take_list(model, kept, other):
    """Whoever has both in this list keeps the one."""
    agents = model.objects.filter(customer=kept).values("agent")
    doubles = model.objects.filter(customer=other, agent__in=agents)
    dropped = list(doubles.values_list("agent", flat=True))
    doubles.delete()
    rest = model.objects.filter(customer=other)
    moved = list(rest.values_list("pk", flat=True))
    rest.update(customer=kept)
    return {"moved": moved, "dropped": dropped}


def take_drafts(kept, other):
    """What somebody typed into the form of the other goes on; where they typed into both, that of the kept one does."""
    drafts = Draft.objects.filter(record=name_of(other))
    fields = {(draft.agent_id, draft.field) for draft in Draft.objects.filter(record=name_of(kept))}
    doubles = [draft for draft in drafts if (draft.agent_id, draft.field) in fields]
    dropped = [[draft.agent_id, draft.field, draft.text] for draft in doubles]
    Draft.objects.filter(pk__in=[draft.pk for draft in doubles]).delete()
    moved = list(drafts.values_list("pk", flat=True))
    drafts.update(record=name_of(kept))
    return {"moved": moved, "dropped": dropped}


def ring(kept, undo):
    other = undo["customer"]["id"]
    announce(*(f"customer-{pk}" for pk in (kept, other)), *(f"request-{pk}" for pk in undo["requests"]))
    for pk in (kept, other):
        ring_journey(pk)


# --- and back


def restored(undo):
    """The record as it was, under its own number."""
    facts = dict(undo["customer"])
    made, version = facts.pop("created_at"), facts.pop("version")
    other = Customer(**facts, version=version + 1)
    other.save(force_insert=True)
    Customer.objects.filter(pk=other.pk).update(created_at=made)
    ContactPoint.objects.bulk_create(
        ContactPoint(customer=other, kind=kind, value=value, normalised=normalised)
        for kind, value, normalised in undo["points"]
    )
    Merge.objects.bulk_create(
        Merge(kept=other, undo=former["undo"], by_id=former["by"], merged_at=former["at"])
        for former in undo["merges"]
    )
    return other


def unwrite(kept, undo):
    """Fields that still say what the merge wrote say again what they said before; its addresses go."""
    values = {name: was for name, (was, now) in undo["fields"].items() if getattr(kept, name) == now}
    before = addresses(kept)
    for kind, normalised in undo["added"]:
        for point in ContactPoint.objects.filter(customer=kept, kind=kind, normalised=normalised):
            point.delete()
    edit(kept, values, before, kept.version)


def give_back(kept, other, undo):
    """Requests go back with the activities they came with; what else is in them by now stays with the kept one."""
    requests = requests_held(customer=kept, pk__in=undo["requests"])
    there = Activity.objects.filter(care_request__in=requests).values_list("pk", flat=True)
    if arrived := {*there} - {*undo["activities"]}:
        target = newest_but(kept, requests)
        for activity in held(Activity, *arrived).values():
            put_into(activity, target)
            announce(activity)
        for pk in requests:
            close_if_solved(pk)
    CareRequest.objects.filter(pk__in=requests).update(customer=other)
    loose = Activity.objects.filter(customer=kept, care_request=None).values_list("pk", flat=True)
    loose = Activity.objects.filter(pk__in={*loose} & {*undo["activities"]}, customer=kept, care_request=None)
    loose.update(customer=other)


def newest_but(kept, requests):
    """Where activities that stay go (R41)."""
    joinable = CareRequest.objects.joinable().filter(customer=kept).exclude(pk__in=requests)
    found = joinable.order_by("-created_at", "-pk").values_list("pk", flat=True).first()
    return held(CareRequest, found).get(found) or CareRequest.objects.create(customer=kept)


def return_list(model, kept, other, taken):
    model.objects.filter(pk__in=taken["moved"], customer=kept).update(customer=other)
    model.objects.bulk_create(model(agent_id=agent, customer=other) for agent in taken["dropped"])


def return_drafts(kept, other, taken):
    Draft.objects.filter(pk__in=taken["moved"], record=name_of(kept)).update(record=name_of(other))
    Draft.objects.bulk_create(
        Draft(agent_id=agent, record=name_of(other), field=field, text=text)
        for agent, field, text in taken["dropped"]
    )
