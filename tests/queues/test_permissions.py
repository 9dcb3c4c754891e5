"""Who may see, watch and change what (R20, R55)."""

from importlib import import_module

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse

from activities import identity, joining, merging
from activities.models import Activity
from customers import editing
from customers.models import Customer
from queues import agents, closing, transferring
from queues.models import Queue, QueueMember, Task
from queues.permissions import (
    agent_of,
    may_watch,
    task_or_404,
    visible_activities,
    visible_to,
    watchable,
)
from queues.seat import Seat
from requests_app.models import CareRequest
from tests.beside import HTMX, at_desk, text
from tests.cast import ago, chat_in, chat_of, held

# --- who is an agent


def test_agent_is_an_agent(ana):
    assert agent_of(ana.user) == ana


def test_account_without_agent_is_refused(mallory):
    with pytest.raises(PermissionDenied):
        agent_of(mallory)


def test_disabled_agent_is_refused(ana, sonja):
    agents.disable(ana.user, by=sonja.user)
    with pytest.raises(PermissionDenied):
        agent_of(ana.user)


@pytest.fixture
def vanish(client, ana, internet, monkeypatch):
    """vanish("queues.views.state.context") → ana, who is logged in, is deleted when that is called."""
    client.force_login(ana.user)

    def at(name):
        module, _dot, word = name.rpartition(".")
        was = getattr(import_module(module), word)

        def deleting(*args, **kwargs):
            found = was(*args, **kwargs)
            get_user_model().objects.filter(pk=ana.user_id).delete()
            return found

        monkeypatch.setattr(name, deleting)

    return at


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("view", "method"), [("state", "get"), ("desk", "get"), ("ready", "post")])
def test_who_is_deleted_in_the_middle_of_a_request_is_asked_to_log_in(client, vanish, view, method):
    vanish("queues.permissions.agent_of")
    response = getattr(client, method)(reverse(view))
    assert (response.status_code, "/accounts/login/" in response["Location"]) == (302, True)


@pytest.mark.django_db(transaction=True)
def test_a_draft_of_somebody_just_deleted_is_refused_calmly(client, vanish, internet):
    task = chat_in(internet)
    vanish("queues.views.drafts.may_watch")
    draft = {"record": f"activity-{task.activity_id}", "field": "title", "text": "Line down"}
    refused = client.post(reverse("drafts"), draft, headers=HTMX)
    assert (refused.status_code, "/accounts/login/" in refused["HX-Redirect"]) == (401, True)


def test_an_error_of_ours_stays_an_error(client, ana, monkeypatch):
    client.force_login(ana.user)
    monkeypatch.setattr("queues.views.state.context", lambda *_args: {}["nothing"])
    with pytest.raises(KeyError):
        client.get(reverse("state"))


@pytest.mark.rule("R73")
@pytest.mark.parametrize("verb", ["save", "use_customer"])
def test_a_customer_who_is_merged_in_that_moment_is_gone(verb, ana, internet, jelena, monkeypatch):
    """The view has seen her, and the verb does not find her any more."""
    module = editing if verb == "save" else identity
    was = getattr(module, verb)

    def merging_first(*given, **more):
        merging.merge(noor, jelena, [], versions=(noor.version, jelena.version), by=ana.user)
        return was(*given, **more)

    noor = editing.create({"first_name": "Noor"}, by=ana.user)
    task = held(chat_of(jelena, internet) if verb == "save" else chat_in(internet), by=ana)
    monkeypatch.setattr(module, verb, merging_first)
    desk = at_desk(ana, task)
    if verb == "save":
        answer = desk.post("customer_form", city="Utrecht")
    else:
        answer = desk.post("use_customer", jelena.pk, email_1="jelena@post.example")
    assert (answer.status_code, "gone or no longer yours" in text(answer)) == (404, True)


@pytest.mark.rule("R87")
def test_a_task_that_is_taken_over_in_that_moment_is_not_closed(ana, marko, sonja, internet, monkeypatch):
    task, close = held(chat_in(internet), by=ana), closing.close

    def taken_over_first(*given, **more):
        transferring.reassign(task.pk, marko, by=sonja)
        return close(*given, **more)

    monkeypatch.setattr(closing, "close", taken_over_first)
    assert at_desk(ana, task).post("close", choice="discard").status_code == 404
    assert Task.objects.get() == task
    assert Task.objects.get().agent == marko


# --- seeing


@pytest.mark.rule("R20")
def test_waiting_task_is_seen_by_all_members(internet, ana, marko):
    task = chat_in(internet)
    assert task_or_404(ana, task.pk) == task_or_404(marko, task.pk) == task


@pytest.mark.rule("R20")
def test_queue_of_others_is_not_seen(internet, ana):
    QueueMember.objects.all().delete()
    with pytest.raises(Http404):
        task_or_404(ana, chat_in(internet).pk)


@pytest.mark.rule("R2")
def test_automatic_queue_is_not_picked_from(billing, ana):
    with pytest.raises(Http404):
        task_or_404(ana, chat_in(billing).pk)


@pytest.mark.rule("R2", "R21")
def test_task_in_progress_is_its_agents(internet, ana, marko):
    task = held(chat_in(internet), by=ana)
    assert list(visible_to(ana)) == [task]
    assert list(visible_to(marko)) == []


def test_closed_task_is_not_at_the_desk(internet, ana):
    task = held(chat_in(internet), by=ana)
    Task.objects.update(state=Task.CLOSED, ended_at=ago(seconds=1))
    with pytest.raises(Http404):
        task_or_404(ana, task.pk)


@pytest.mark.rule("R20")
def test_preview_shows_the_whole_journey_of_that_customer_only(internet, ana, jelena):
    past = Activity.objects.create(medium="call", customer=jelena)
    Activity.objects.create(medium="call", customer=Customer.objects.create(first_name="Luka"))
    task = task_or_404(ana, chat_of(jelena, internet).pk)
    assert set(visible_activities(ana, task)) == {task.activity, past}


@pytest.mark.rule("R20")
def test_strangers_journey_is_their_chat(internet, ana):
    Activity.objects.create(medium="call")
    task = task_or_404(ana, chat_in(internet).pk)
    assert list(visible_activities(ana, task)) == [task.activity]


# --- changing (R55)


@pytest.mark.rule("R20", "R55")
def test_looking_gives_no_right_to_change(internet, ana, jelena):
    task = chat_of(jelena, internet)
    seat = Seat.take(ana, task.pk)
    assert not seat.may(task.activity)
    assert (seat.is_preview, seat.may_edit_request, seat.may_edit_activity) == (True, False, False)
    assert not seat.may_edit_customer


@pytest.mark.rule("R55")
def test_holding_a_task_opens_all_of_that_customer(internet, ana, marko, jelena):
    older = CareRequest.objects.create(customer=jelena, created_at=ago(days=2))
    loose = Activity.objects.create(medium="call", customer=jelena)
    past = Activity.objects.create(medium="call", customer=jelena, care_request=older)
    task = held(chat_of(jelena, internet), by=ana)
    seat = Seat.take(ana, task.pk)
    for record in (older, loose, past, task.activity, task.activity.care_request):
        assert seat.may(record)
    assert seat.may_edit_customer
    with pytest.raises(Http404):
        Seat.take(marko, task.pk)


@pytest.mark.rule("R55")
def test_closed_request_and_its_activities_are_read_only(internet, ana, jelena):
    closed = CareRequest.objects.create(customer=jelena, state="closed", closed_at=ago(days=1))
    past = Activity.objects.create(medium="call", customer=jelena, care_request=closed)
    seat = Seat.take(ana, held(chat_of(jelena, internet), by=ana).pk)
    assert not seat.may(closed)
    assert not seat.may(past)


@pytest.mark.rule("R55")
def test_other_customers_are_read_only(internet, ana, jelena):
    luka = Customer.objects.create(first_name="Luka")
    theirs = Activity.objects.create(medium="call", customer=luka)
    seat = Seat.take(ana, held(chat_of(jelena, internet), by=ana).pk)
    assert not seat.may(theirs)
    assert not seat.may(CareRequest.objects.create(customer=luka))


@pytest.mark.rule("R55")
def test_own_activity_of_a_stranger_may_be_changed(internet, ana):
    task = held(chat_in(internet), by=ana)
    assert Seat.take(ana, task.pk).may(task.activity)


# --- the seat


@pytest.mark.rule("R6")
def test_seat_stays_with_the_task_while_something_else_is_selected(internet, ana, jelena):
    past = Activity.objects.create(medium="call", customer=jelena)
    task = held(chat_of(jelena, internet), by=ana)
    seat = Seat.take(ana, task.pk, f"activity-{past.pk}")
    assert (seat.current, seat.selected, seat.is_elsewhere) == (task.activity, past, True)
    own = Seat.take(ana, task.pk, f"activity-{task.activity_id}")
    assert (own.is_elsewhere, own.selection) == (False, "")


@pytest.mark.parametrize(
    "name", ["activity-", "activity-x", "request-0", "nonsense", "activity-" + "9" * 30, "queue-1"]
)
def test_selection_that_is_nothing_is_not_found(internet, ana, jelena, name):
    task = held(chat_of(jelena, internet), by=ana)
    with pytest.raises(Http404):
        Seat.take(ana, task.pk, name)


def test_selection_of_another_customer_is_not_found(internet, ana, jelena):
    luka = Customer.objects.create(first_name="Luka")
    request = CareRequest.objects.create(customer=luka)
    past = Activity.objects.create(medium="call", customer=luka, care_request=request)
    task = held(chat_of(jelena, internet), by=ana)
    for name in (f"activity-{past.pk}", f"request-{request.pk}"):
        with pytest.raises(Http404):
            Seat.take(ana, task.pk, name)


# --- watching


def test_desk_listens_to_what_it_sees(internet, ana, marko, jelena):
    task = held(chat_of(jelena, internet), by=ana)
    other = joining.add_request(task.activity, by=ana.user)
    names = {
        f"activity-{task.activity_id}",
        f"request-{other.pk}",
        f"customer-{jelena.pk}",
        f"journey-{jelena.pk}",
    }
    assert watchable(ana, names) == names
    assert watchable(marko, names) == set()


@pytest.mark.parametrize(
    "name", ["request-999", "request-x", "desk-1", "talk-1", "request-²", "customer-" + "9" * 30, ""]
)
def test_desk_does_not_listen_to_anything_else(ana, name):
    assert not may_watch(ana, name)


def test_leaving_a_queue_ends_seeing_it(internet, ana):
    task = chat_in(internet)
    assert may_watch(ana, f"activity-{task.activity_id}")
    QueueMember.objects.filter(agent=ana, queue=internet).delete()
    assert not may_watch(ana, f"activity-{task.activity_id}")


def test_queue_made_automatic_is_no_longer_previewed(internet, ana):
    task = chat_in(internet)
    Queue.objects.update(mode=Queue.AUTOMATIC)
    assert not visible_to(ana).filter(pk=task.pk).exists()
