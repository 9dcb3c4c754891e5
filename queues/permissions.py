"""Who may see what (R20); what they may change, Seat.may says (R55). First line of every view: one of these helpers."""

from functools import cache, wraps

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q
from django.http import Http404

from activities.models import Activity, OpenCustomer
from caredesk import errors
from customers.models import Customer
from queues.models import Agent, CannedReply, Offer, Queue, QueueMember, Task
from requests_app.models import CareRequest

GONE = (Customer.DoesNotExist, Task.DoesNotExist)


def agent_required(view):
    """Log-in, and an agent: `view(request, …)` finds the agent in `request.agent`.

    One who is deleted while the view is at work is asked to log in, too, whatever it stumbled over. A customer who is
    merged into another meanwhile, and a task that is taken over, are gone for it (404).
    """

    @login_required
    @wraps(view)
    def guarded(request, *args, **kwargs):
        request.agent = agent_of(request.user)
        try:
            return view(request, *args, **kwargs)
        except Exception as error:
            if not Agent.objects.filter(pk=request.agent.pk).exists():
                return errors.log_in(request) or redirect_to_login(request.get_full_path())
            if isinstance(error, GONE):
                raise Http404 from error
            raise

    return guarded


def agent_of(user):
    """The user's agent, which queues/backends.py has fetched along with the user."""
    agent = getattr(user, "agent", None)
    if not agent or not user.is_active:
        raise PermissionDenied
    return agent


def visible_to(agent):
    """The tasks this agent may look at: their own in progress, and what waits in their pick queues."""
    own = Q(state=Task.ACTIVE, agent=agent)
    return Task.objects.filter(own | Q(state=Task.WAITING) & picked_by(agent))


def picked_by(agent):
    """Tasks, in any state, of the queues from which this agent picks."""
    member = QueueMember.objects.filter(queue=OuterRef("queue_id"), agent=agent)
    return Q(Exists(member), queue__mode=Queue.PICK)


def task_or_404(agent, task_id):
    task = visible_task(agent, task_id)
    if not task:
        raise Http404
    return task


def visible_task(agent, task_id):
    """The task with all that panes show of it, if this agent may look at it (as in `visible_to`), else None."""
    member = QueueMember.objects.filter(queue=OuterRef("queue_id"), agent=agent)
    task = whole_tasks().filter(pk=task_id).annotate(is_member=Exists(member)).order_by().first()
    if not task or not may_look(agent, task):
        return None
    if task.is_active:
        task.agent = agent
    return task


@cache
def whole_tasks():
    """Built once: building this query anew for each look took half of its time."""
    passed_on = Offer.objects.filter(task=OuterRef("pk"), returns_to__isnull=False)
    replies = CannedReply.objects.filter(Q(queue=None) | Q(queue=OuterRef("queue_id")))
    return Task.objects.whole().annotate(was_passed_on=Exists(passed_on), has_replies=Exists(replies))


def may_look(agent, task):
    if task.state == Task.ACTIVE:
        return task.agent_id == agent.pk
    return task.state == Task.WAITING and task.queue.is_pick and task.is_member


def holds(agent):
    return Task.objects.active().filter(agent=agent)


def may_edit_customer(agent, customer):
    """Supervisors may, and whoever has a task of theirs in progress, or has them open in the gadget (R55)."""
    theirs = holds(agent).filter(activity__customer=customer)
    return agent.user.is_staff or theirs.exists() or opened_by(agent).filter(customer=customer).exists()


def opened_by(agent):
    return OpenCustomer.objects.filter(agent=agent.user_id)


def may_watch(agent, name):
    """Whether the agent's desk may listen to a record, e.g. "request-42" (own tasks, previews, open customers)."""
    return name == NOBODY or name in watchable(agent, [name])


def watchable(agent, names, looked=None):
    """Those of the names which this agent's desk may listen to; one query for each kind of record, and one more for
    those that are not on the desk. `looked`: the customer found by search who is shown, whom every agent may see."""
    tasks, opened = visible_to(agent), opened_by(agent)
    found = visible_names(names, lambda kind: WATCHED[kind](tasks))
    for seen, of in ((OPENED, opened), (LOOKED, looked)):
        missing = [name for name in names if name not in found]
        if missing and of is not None:
            found |= visible_names(missing, lambda kind, seen=seen, of=of: seen[kind](of))
    return found


def visible_names(names, visible):
    """Those whose record is among `visible(kind)`."""
    asked = {}
    for name in names:
        kind, _dash, number = name.partition("-")
        if kind in WATCHED and number.isascii() and number.isdecimal() and len(number) < 19:
            asked.setdefault(ALIKE.get(kind, kind), {}).setdefault(int(number), []).append(name)
    return {
        name
        for kind, wanted in asked.items()
        for pk in visible(kind).filter(pk__in=wanted).values_list("pk", flat=True)
        for name in wanted[pk]
    }


def visible_customers(tasks):
    return Customer.objects.filter(Exists(tasks.filter(activity__customer=OuterRef("pk"))))


def visible_requests(tasks):
    return CareRequest.objects.filter(Exists(tasks.filter(activity__customer=OuterRef("customer"))))


def activities_of(tasks):
    """The tasks' own activities and all others of their customers."""
    own, same = tasks.filter(activity=OuterRef("pk")), tasks.filter(activity__customer=OuterRef("customer"))
    return Activity.objects.filter(Exists(own) | Exists(same))


NOBODY = "customer-0"  # drafts of a customer who is being created in the gadget
ALIKE = {"journey": "customer"}
WATCHED = {
    "activity": activities_of,
    "customer": visible_customers,
    "journey": visible_customers,
    "request": visible_requests,
}
OPENED = {
    "activity": lambda opened: Activity.objects.filter(
        Q(pk__in=opened.values("activity")) | Q(customer__in=opened.values("customer"))
    ),
    "customer": lambda opened: Customer.objects.filter(pk__in=opened.values("customer")),
    "request": lambda opened: CareRequest.objects.filter(customer__in=opened.values("customer")),
}
LOOKED = {
    "activity": lambda looked: Activity.objects.filter(customer=looked),
    "customer": lambda looked: Customer.objects.filter(pk=looked),
    "request": lambda looked: CareRequest.objects.filter(customer=looked),
}


def visible_activities(agent, task):
    """The activities that may be looked at through this task: its own, and its customer's."""
    own = Q(pk=task.activity_id)
    customer_id = task.activity.customer_id
    return Activity.objects.filter(own | Q(customer_id=customer_id) if customer_id else own)
