"""What starts the 5 days anew, and what does not: one test for each kind of change that R90 names."""

import uuid

import pytest
from django.core.exceptions import ValidationError

from activities import calls, chat, drafts, merging, moving, remarks
from activities.identity import unlink, use_customer
from activities.joining import add_request
from activities.models import Activity
from caredesk.stale import Stale
from customers import editing
from queues import chats, presence, transferring
from queues.closing import Leftovers, close
from requests_app.editing import reopen, save_details
from requests_app.models import CareRequest
from requests_app.solving import mark_solved
from tests.beside import at_desk
from tests.cast import ago, call_in, chat_of, held, over

pytestmark = pytest.mark.rule("R90")
QUIET = 4


@pytest.fixture
def task(ana, internet, jelena):
    """Ana talks with Jelena; on this request are a tag and a comment already."""
    task = held(chat_of(jelena, internet), by=ana)
    remarks.add_tag(task.activity, "router", by=ana.user)
    remarks.comment(task.activity, "Call back", by=ana.user)
    return task


def request_of(task):
    return CareRequest.objects.get(activities=task.activity)


def quieten():
    CareRequest.objects.update(touched_at=ago(days=QUIET))


def is_touched(pk):
    return CareRequest.objects.get(pk=pk).touched_at > ago(days=QUIET - 1)


def save(task, ana, **texts):
    found = request_of(task)
    save_details(found, texts, version=found.version, by=ana.user)


def say(task, ana):
    chats.answer(task.pk, text="One moment", uuid=uuid.uuid4(), by=ana)


def join_another(task, ana):
    another = over(medium="email", source_email="jelena@post.example")
    use_customer(another, task.activity.customer, by=ana.user)


def reopen_it(task, ana):
    mark_solved(request_of(task), by=ana.user)
    close(task.pk, Leftovers(), by=ana)
    quieten()
    assert not request_of(task).is_open
    reopen(request_of(task), by=ana.user)


def come_back(task, ana):
    chats.leave(task.activity_id)
    quieten()
    chats.come_back(task.activity_id)


def rate(task, ana):
    close(task.pk, Leftovers(), by=ana)
    quieten()
    chat.rate(task.activity, 5, "Thank you")


def move(task, ana):
    target = CareRequest.objects.exclude(activities=task.activity_id).get()
    moving.to_request(task.activity, target, version=task.activity.version, by=ana.user)


def call(event):
    """An event of a call that Ana has in progress on this request."""

    def change(task, ana):
        phoned = held(call_in(task.queue), by=ana)
        use_customer(phoned.activity, task.activity.customer, by=ana.user)
        quieten()
        event(phoned.activity.call, ana)

    return change


CHANGES = {
    "title": lambda task, ana: save(task, ana, title="Router"),
    "description": lambda task, ana: save(task, ana, description="Red light"),
    "reopening": reopen_it,
    "activity joined": join_another,
    "activity moved out": lambda task, ana: add_request(task.activity, by=ana.user),
    "message of the agent": say,
    "message of the customer": lambda task, ana: chats.hear(task.activity, text="Hm", uuid=uuid.uuid4()),
    "customer left": lambda task, ana: chats.leave(task.activity_id),
    "customer back": come_back,
    "tag": lambda task, ana: remarks.add_tag(task.activity, "modem", by=ana.user),
    "tag removed": lambda task, ana: remarks.remove_tag(
        task.activity, task.activity.tags.get().pk, by=ana.user
    ),
    "comment": lambda task, ana: remarks.comment(task.activity, "Done", by=ana.user),
    "comment edited": lambda task, ana: remarks.edit_comment(
        task.activity.comments.get(), "Done", by=ana.user
    ),
    "rating": rate,
    "call answered": call(lambda call, ana: calls.answered(call, by=ana.user)),
    "call ended": call(lambda call, _ana: calls.ended(call, "normalClearing")),
    "transfer with a note": lambda task, ana: transferring.to_queue(
        task.pk, task.queue, note="Speaks Serbian", by=ana
    ),
    "marked solved": lambda task, ana: mark_solved(request_of(task), by=ana.user),
    "Close": lambda task, ana: close(task.pk, Leftovers(), by=ana),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_stored_change_starts_the_days_anew(change, task, ana, jelena):
    number = request_of(task).pk
    other = CareRequest.objects.create(customer=jelena, created_at=ago(days=9))
    quieten()
    CHANGES[change](task, ana)
    assert is_touched(number)
    assert not is_touched(other.pk)


@pytest.mark.parametrize("way", ["in", "out"])
def test_an_activity_moved(way, task, ana, jelena):
    left, other = request_of(task).pk, CareRequest.objects.create(customer=jelena, created_at=ago(days=9)).pk
    quieten()
    move(task, ana)
    assert is_touched(other if way == "in" else left)


def unlink_another(task, ana):
    Activity.objects.filter(pk=task.activity_id).update(verified=False)
    unlink(task.activity, by=ana.user)


def test_an_activity_that_leaves_with_its_customer(task, ana):
    number = request_of(task).pk
    quieten()
    unlink_another(task, ana)
    assert is_touched(number)


def view(task, ana):
    desk = at_desk(ana, task)
    for pane in ("request_details", "activity_details", "comments", "journey", "communication"):
        assert desk.get(pane).status_code == 200
    assert desk.client.get(f"/desk/{task.pk}/").status_code == 200


def refuse(task, ana):
    with pytest.raises(ValidationError):
        save(task, ana, title="x" * 2001)
    with pytest.raises(remarks.Twin):
        remarks.add_tag(task.activity, "ROUTER", by=ana.user)
    with pytest.raises(ValidationError):
        chats.answer(task.pk, text=" ", uuid=uuid.uuid4(), by=ana)


def change_customer(task, ana):
    customer = task.activity.customer
    editing.save(customer, {"city": "Utrecht"}, version=customer.version, by=ana.user)


def merge(task, ana):
    """Into another record, whose request it then is, and back."""
    kept = editing.create({"first_name": "J."}, by=ana.user)
    customer = task.activity.customer
    merged = merging.merge(kept, customer, [], versions=(kept.version, customer.version), by=ana.user)
    assert request_of(task).customer == kept
    merging.unmerge(merged, by=ana.user)


def offer(task, ana):
    presence.renew(marko_of(task).pk, "one")
    transferring.to_agent(task.pk, marko_of(task), note="", by=ana)


def marko_of(task):
    return task.queue.agents.get(user__username="marko")


def keep_draft(task, ana):
    drafts.put(ana.user, f"activity-{task.activity_id}", {"message": "Hel"})


def save_the_same(task, ana):
    save(task, ana, title=request_of(task).title)
    remarks.edit_comment(task.activity.comments.get(), "Call back", by=ana.user)
    remarks.remove_tag(task.activity, 999_999, by=ana.user)


def rate_the_same(task, ana):
    chat.rate(task.activity, 5)
    quieten()
    chat.rate(Activity.objects.get(pk=task.activity_id), 5)


NOTHING = {
    "viewing": view,
    "seen by the agent": lambda task, ana: chats.read(task.pk, 2, by=ana),
    "seen by the customer": lambda task, ana: chat.seen_by_customer(task.activity_id, 2),
    "the customer's page": lambda task, ana: chat.here(task.activity_id),
    "a draft": keep_draft,
    "a save that changes nothing": save_the_same,
    "a refused save": refuse,
    "the same rating again": rate_the_same,
    "the customer": change_customer,
    "a merge, and its undoing": merge,
    "an offer": offer,
}


@pytest.mark.parametrize("deed", NOTHING)
def test_what_is_no_change_does_not(deed, task, ana, marko):
    number = request_of(task).pk
    quieten()
    NOTHING[deed](task, ana)
    assert not is_touched(number)


def test_a_stale_save_does_not(task, ana, marko):
    found = request_of(task)
    save_details(found, {"title": "Router"}, version=found.version, by=marko.user)
    quieten()
    with pytest.raises(Stale):
        save_details(found, {"title": "Modem"}, version=found.version, by=ana.user)
    assert not is_touched(found.pk)
