"""What supervisors may do, and what they set up: the queues."""

from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from caredesk.history import acting
from queues import routing
from queues.bells import ring_queue
from queues.models import Queue, Task
from queues.retrying import retried_after_deadlock

SUPERVISORS = "Supervisors"
SEEN = ("customers", "requests", "activities", "queues", "caredesk", "axes")
OWNED = ("queue", "queuemember", "notreadyreason", "cannedreply", "blockednumber", "calleridrule")
RIGHTS = {
    "view": ["auth.user"],
    "add": ["auth.user", "customers.customer"],
    "change": ["auth.user", "customers.customer", "requests.carerequest", "queues.agent"],
    "delete": ["activities.tag", "axes.accessattempt"],
}


def supervisors():
    """The group of those who may use the administration, with the rights of this version.

    They see all rows, own what queues are made of, and unlock log-ins; who may do what, only superusers decide
    (queues/admin/people.py).
    """
    group, _new = Group.objects.get_or_create(name=SUPERVISORS)
    group.permissions.set(Permission.objects.filter(rights()))
    return group


def rights():
    wanted = Q(content_type__app_label__in=SEEN, codename__startswith="view_")
    wanted |= Q(content_type__app_label="queues", content_type__model__in=OWNED)
    for action, models in RIGHTS.items():
        for label, model in (name.split(".") for name in models):
            wanted |= Q(content_type__app_label=label, codename=f"{action}_{model}")
    return wanted


@retried_after_deadlock
def set_up_queue(slug, *, mode, name="", offer_seconds=None, by=None):
    """Make the queue, or bring an existing one to this; what is not given stays.

    Return (queue, whether it is new, names of the fields that changed). Raises ValidationError by field.
    """
    asked = {"mode": mode, "name": name, "offer_seconds": offer_seconds}
    with transaction.atomic(), acting(by):
        queue = Queue.objects.select_for_update(no_key=True).filter(slug=slug).first()
        new = queue is None
        queue = queue or Queue(slug=slug, name=slug)
        changes = {field: value for field, value in asked.items() if value and getattr(queue, field) != value}
        for field, value in changes.items():
            setattr(queue, field, value)
        if new or changes:
            store(queue)
    return queue, new, [] if new else list(changes)


def store(queue):
    """Save what a supervisor wrote, and let the desks of the queue look again."""
    if queue.offer_seconds is not None and queue.offer_seconds < 1:
        raise ValidationError({"offer_seconds": _("An offer lasts a second or more.")})
    queue.full_clean()
    if queue.pk:
        reorder(queue)
    queue.save(update_fields=columns_of(queue) if queue.pk else None)
    ring_queue(queue.pk)
    routing.soon()


def reorder(queue):
    """What waits, or may wait again, has its queue's priority. Held before the queue is, in everybody's order."""
    states = [Task.WAITING, Task.OFFERED]
    in_line = Task.objects.filter(queue=queue, state__in=states, priority__gt=Task.FIRST)
    other = in_line.exclude(priority=queue.priority).order_by("pk")
    held = other.select_for_update(no_key=True, of=["self"]).values_list("pk", flat=True)
    Task.objects.filter(pk__in=list(held)).update(priority=queue.priority)


def columns_of(queue):
    """All but the number that every change of the line counts up, which may be further by now."""
    return [field.name for field in queue._meta.concrete_fields if field.name not in ("id", "seq")]
