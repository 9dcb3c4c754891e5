"""What becomes of customers, requests and activities: created, chosen, moved, merged, solved, closed by themselves."""

from hypothesis import strategies as some

from activities import autoclose, identity, joining, merging, moving
from activities.models import Activity, Merge
from customers.models import Customer
from requests_app import editing, solving
from requests_app.editing import Closed
from requests_app.models import CareRequest
from tests.rules_machine.clock import pass_by
from tests.rules_machine.deed import Act, deed, outcome, pick

NTH = some.integers(0, 3)
QUIET_SECONDS = 120 * 3600 + 2


def editor(world, customer_id):
    """Whoever has a task of this customer in progress, else the supervisor (R55)."""
    for task in world.now.active:
        agent = world.now.agent(task.agent_id)
        if customer_id and world.now.activity(task.activity_id).customer_id == customer_id and agent.active:
            return agent
    return world.now.named("sonja")


def request_of(world, activity):
    return world.now.request(activity.care_request_id) if activity.care_request_id else None


def is_closed(request):
    return bool(request) and request.state == "closed"


# --- whose it is


@deed(lambda world: [each for each in world.now.activities if not each.customer_id])
def create_customer(world, activity):
    agent = editor(world, None)
    return Act(
        lambda: identity.create_customer(
            Activity.objects.get(pk=activity.id),
            {"last_name": f"New {activity.id}"},
            by=world.agent(agent).user,
        ),
        by=(agent.name,),
        then=lambda before, after, error: has_request(after, activity),
    )


@deed(lambda world: [each for each in world.now.activities if not each.customer_id], customer=NTH)
def use_customer(world, activity, customer):
    agent, chosen = editor(world, None), pick(world.now.customers, customer)
    return Act(
        lambda: identity.use_customer(
            Activity.objects.get(pk=activity.id),
            Customer.objects.get(pk=chosen.id),
            by=world.agent(agent).user,
        ),
        by=(agent.name,),
        then=lambda before, after, error: has_request(after, activity),
    )


def has_request(after, activity):
    assert after.activity(activity.id).care_request_id, "R41"


@deed(lambda world: [each for each in world.now.activities if each.customer_id and not each.verified])
def unlink(world, activity):
    agent = editor(world, activity.customer_id)
    return Act(
        lambda: identity.unlink(Activity.objects.get(pk=activity.id), by=world.agent(agent).user),
        by=(agent.name,),
        refusals=(Closed,),
        then=outcome(not is_closed(request_of(world, activity)), Closed),
    )


@deed(lambda world: [each for each in world.now.activities if each.customer_id])
def add_request(world, activity):
    agent = editor(world, activity.customer_id)

    def then(before, after):
        assert after.activity(activity.id).care_request_id not in {each.id for each in before.requests}, "R10"
        assert not activity.care_request_id or after.request(activity.care_request_id), (
            "R10: the old one stays"
        )

    return Act(
        lambda: joining.add_request(Activity.objects.get(pk=activity.id), by=world.agent(agent).user),
        by=(agent.name,),
        refusals=(Closed,),
        then=outcome(not is_closed(request_of(world, activity)), Closed, then),
    )


# --- moving


@deed(lambda world: [each for each in world.now.activities if each.customer_id], request=NTH)
def move_to_request(world, activity, request):
    """0 is a new one."""
    theirs = [each for each in world.now.requests if each.customer_id == activity.customer_id]
    target = pick(theirs, request - 1) if request and theirs else None
    agent = editor(world, activity.customer_id)
    closed = is_closed(request_of(world, activity)) or is_closed(target)
    there = target and target.id == activity.care_request_id

    def run():
        done = moving.to_request(
            Activity.objects.get(pk=activity.id),
            target and CareRequest.objects.get(pk=target.id),
            version=activity.version,
            by=world.agent(agent).user,
        )
        world.moves += [done] if done else []

    def then(before, after):
        now = after.activity(activity.id).care_request_id
        assert now == target.id if target else now not in {each.id for each in before.requests}
        check_closed_requests(before, after)

    return Act(
        run,
        by=(agent.name,),
        refusals=(Closed,),
        then=outcome(None if world.may_be_due or there else not closed, Closed, then),
    )


@deed(lambda world: world.now.activities, customer=NTH)
def move_to_customer(world, activity, customer):
    target, agent = pick(world.now.customers, customer), editor(world, activity.customer_id)

    def run():
        done = moving.to_customer(
            Activity.objects.get(pk=activity.id),
            Customer.objects.get(pk=target.id),
            version=activity.version,
            by=world.agent(agent).user,
        )
        world.moves += [done] if done else []

    def then(before, after):
        now = after.activity(activity.id)
        assert now.customer_id == target.id
        assert activity.customer_id == target.id or now.care_request_id
        check_closed_requests(before, after)

    refused = is_closed(request_of(world, activity)) and activity.customer_id != target.id
    expected = None if world.may_be_due else not refused
    return Act(run, by=(agent.name,), refusals=(Closed,), then=outcome(expected, Closed, then))


@deed(lambda world: world.now.activities)
def move_to_new_customer(world, activity):
    agent = editor(world, activity.customer_id)

    def run():
        made = moving.to_new_customer(
            Activity.objects.get(pk=activity.id),
            {"last_name": "Novak"},
            version=activity.version,
            by=world.agent(agent).user,
        )
        world.moves.append(made)

    expected = None if world.may_be_due else not is_closed(request_of(world, activity))
    return Act(run, by=(agent.name,), refusals=(Closed,), then=outcome(expected, Closed))


@deed(lambda world: world.moves)
def move_back(world, move):
    """If nothing has gone on since; else it is refused."""
    agent = world.now.named("sonja")
    return Act(
        lambda: moving.back(move, by=world.agent(agent).user),
        by=(agent.name,),
        refusals=(Closed, moving.Elsewhere, world.Stale),
        then=lambda before, after, error: error or check_closed_requests(before, after),
    )


def check_closed_requests(before, after):
    """R80: nothing leaves a closed request, and nothing enters one."""
    for request in before.requests:
        if request.state == "closed":
            assert inside(before, request) == inside(after, request), f"request {request.id} is closed"


def inside(now, request):
    return [each.id for each in now.activities if each.care_request_id == request.id]


# --- merging


@deed(lambda world: world.now.customers, other=NTH)
def merge(world, kept, other):
    rest = [each for each in world.now.customers if each.id != kept.id]
    gone, agent = pick(rest, other) if rest else kept, editor(world, kept.id)

    def run():
        merging.merge(
            Customer.objects.get(pk=kept.id),
            Customer.objects.get(pk=gone.id),
            ["last_name"],
            versions=(kept.version, gone.version),
            by=world.agent(agent).user,
        )

    def then(before, after):
        assert gone.id not in {each.id for each in after.customers}
        for one, now in ((before, kept.id), (before, gone.id)):
            for activity in one.activities:
                if activity.customer_id == now:
                    assert after.activity(activity.id).customer_id == kept.id
                    assert after.activity(activity.id).care_request_id == activity.care_request_id
        assert [vars(task) for task in after.tasks] == [vars(task) for task in before.tasks]

    return Act(run, by=(agent.name,), refusals=(merging.Gone,), then=outcome(bool(rest), merging.Gone, then))


@deed(lambda world: world.now.merges)
def unmerge(world, merged):
    agent = world.now.named("sonja")

    def then(before, after, error):
        assert error or len(after.customers) == len(before.customers) + 1

    return Act(
        lambda: merging.unmerge(Merge.objects.get(pk=merged.id), by=world.agent(agent).user),
        by=(agent.name,),
        refusals=(merging.Gone, merging.TooLate),
        then=then,
    )


# --- solved, reopened, closed by the clock


@deed(lambda world: world.now.requests, solved=some.sampled_from([True, True, False]))
def mark_solved(world, request, solved):
    agent = editor(world, request.customer_id)
    verb = solving.mark_solved if solved else solving.keep_open
    busy = any(world.now.activity(task.activity_id).care_request_id == request.id for task in world.now.live)

    def then(before, after):
        closes = solved and not busy
        assert after.request(request.id).state == ("closed" if closes else "open"), "R8"

    return Act(
        lambda: verb(CareRequest.objects.get(pk=request.id), by=world.agent(agent).user),
        by=(agent.name,),
        refusals=(Closed,),
        then=outcome(not is_closed(request), Closed, then),
    )


@deed(lambda world: [each for each in world.now.requests if each.state == "closed"])
def reopen(world, request):
    agent = world.now.named("sonja")
    return Act(
        lambda: editing.reopen(CareRequest.objects.get(pk=request.id), by=world.agent(agent).user),
        by=(agent.name,),
        then=lambda before, after, error: check_open(after, request),
    )


def check_open(after, request):
    assert after.request(request.id).state == "open", "R55"


@deed(lambda world: world.now.requests)
def five_quiet_days(world, _request):
    """Everybody's desk and page stay open meanwhile."""
    world.may_be_due = True

    def run():
        pass_by(QUIET_SECONDS)
        world.renew()

    return Act(run, is_long=True, settles=False)


@deed(lambda world: world.now.requests)
def sweep_requests(world, _request):
    busy = {world.now.activity(task.activity_id).care_request_id for task in world.now.live}

    def run():
        autoclose.close_due()
        world.may_be_due = False

    def then(before, after, error):
        for request in before.requests:
            if request.id in busy:
                assert after.request(request.id).state == request.state, "R90: never while a task is live"
        world.obey("sweep")

    return Act(run, then=then)
