"""Moving an activity: to another request of its customer (R80), to another customer (R81), and taking it back."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from activities import autoclose, drafts, joining, moving, remarks
from activities.models import Activity, Draft
from caredesk.changes import changes_of
from caredesk.realtime import name_of
from caredesk.stale import Stale
from customers import editing
from customers.models import Customer
from queues import closing
from queues.accepting import NotYours, accept
from queues.models import Task
from requests_app import solving
from requests_app.editing import Closed, reopen, save_details
from requests_app.models import CareRequest
from tests.cast import ago, chat_in, chat_of, held, over
from tests.racing import race


@pytest.fixture
def activity(internet, ana, jelena):
    """Jelena's chat, in progress at Ana's, in a request made at Accept."""
    return held(chat_of(jelena, internet), by=ana).activity


@pytest.fixture
def other(activity, jelena):
    return CareRequest.objects.create(customer=jelena, title="Moving house", created_at=ago(days=2))


@pytest.fixture
def tomasz(ana):
    return editing.create({"first_name": "Tomasz", "emails": ["tomasz@post.example"]}, by=ana.user)


@pytest.fixture
def rung(activity, monkeypatch):
    """The names that were announced from now on."""
    names = set()
    monkeypatch.setattr("caredesk.realtime.publish", lambda group, event: names.add(group))
    return names


def stored(record):
    return type(record).objects.get(pk=record.pk)


# --- to another request (R80)


@pytest.mark.rule("R80")
def test_it_stands_in_the_other_request_and_the_emptied_one_stays(activity, other, ana):
    former = activity.care_request
    done = moving.to_request(activity, other, version=activity.version, by=ana.user)
    assert (stored(activity).care_request, done.from_request) == (other, former.pk)
    assert stored(former).is_open
    assert not former.activities.exists()


@pytest.mark.rule("R80")
def test_a_new_request_is_made_for_it(activity, ana, jelena):
    former = activity.care_request
    done = moving.to_request(activity, None, version=activity.version, by=ana.user)
    made = stored(activity).care_request
    assert (made.pk, made.customer) == (done.made_request, jelena)
    assert made != former


@pytest.mark.rule("R80")
def test_one_without_a_request_is_moved_into_one(activity, other, ana, jelena):
    loose = over(medium="call", customer=jelena)
    moving.to_request(loose, other, version=1, by=ana.user)
    assert stored(loose).care_request == other


def test_where_it_is_already_nothing_changes(activity, ana):
    assert moving.to_request(activity, activity.care_request, version=activity.version, by=ana.user) is None
    assert stored(activity).version == activity.version


@pytest.mark.rule("R80")
@pytest.mark.parametrize("which", ["from", "to"])
@pytest.mark.parametrize("how", ["closed", "due"])
def test_not_out_of_a_closed_request_and_never_into_one(which, how, other, ana, jelena):
    """One that is due to close counts as closed."""
    source = CareRequest.objects.create(customer=jelena)
    call = over(medium="call", customer=jelena, care_request=source)
    shut = {"closed": {"state": "closed", "closed_at": timezone.now()}, "due": {"touched_at": past_due()}}
    CareRequest.objects.filter(pk=(source if which == "from" else other).pk).update(**shut[how])
    with pytest.raises(Closed):
        moving.to_request(call, other, version=1, by=ana.user)
    assert stored(call).care_request == source


def past_due():
    return timezone.now() - timedelta(seconds=settings.AUTO_CLOSE_SECONDS + 1)


@pytest.mark.rule("R80")
def test_not_into_a_request_of_somebody_else(activity, ana, tomasz):
    with pytest.raises(moving.Elsewhere):
        theirs = CareRequest.objects.create(customer=tomasz)
        moving.to_request(activity, theirs, version=activity.version, by=ana.user)


def test_nobodys_activity_has_no_request_to_be_moved_to(internet, ana):
    nobodys = held(chat_in(internet), by=ana).activity
    with pytest.raises(moving.Elsewhere):
        moving.to_request(nobodys, None, version=nobodys.version, by=ana.user)


@pytest.mark.rule("R90")
def test_both_requests_days_begin_anew(activity, other, ana):
    CareRequest.objects.update(touched_at=ago(days=4))
    moving.to_request(activity, other, version=activity.version, by=ana.user)
    assert all(one.touched_at > ago(minutes=1) for one in CareRequest.objects.all())


@pytest.mark.rule("R52")
def test_history_says_who_moved_it(activity, other, ana):
    moving.to_request(activity, other, version=activity.version, by=ana.user)
    change = changes_of(Activity, activity.pk)[0]
    assert change.by == "Ana Kovač"
    assert [name for name, _was, _now in change.fields] == ["request"]


@pytest.mark.rule("R52", "R80")
def test_moving_over_a_colleagues_move_is_refused(activity, other, ana, marko):
    seen = stored(activity).version
    joining.add_request(activity, by=marko.user)
    with pytest.raises(Stale, match="Marko Babić"):
        moving.to_request(activity, other, version=seen, by=ana.user)
    assert stored(activity).care_request != other


@pytest.mark.rule("R53")
def test_ones_own_change_in_another_tab_is_no_reason_to_refuse(activity, other, ana):
    seen = stored(activity).version
    remarks.add_tag(activity, "router", by=ana.user)
    moving.to_request(activity, other, version=seen, by=ana.user)
    assert stored(activity).care_request == other


# --- to another customer (R81)


@pytest.mark.rule("R81")
def test_it_joins_the_newest_open_request_of_the_other_customer(activity, ana, tomasz, jelena):
    source = activity.care_request
    CareRequest.objects.create(customer=tomasz, created_at=ago(days=3))
    newest = CareRequest.objects.create(customer=tomasz, created_at=ago(days=1))
    CareRequest.objects.create(customer=tomasz, state="closed", closed_at=ago(minutes=1))
    moving.to_customer(activity, tomasz, version=activity.version, by=ana.user)
    now = stored(activity)
    assert (now.customer, now.care_request, now.verified) == (tomasz, newest, True)
    assert stored(source).customer == jelena


@pytest.mark.rule("R81")
def test_without_an_open_one_a_request_is_made(activity, ana, tomasz):
    done = moving.to_customer(activity, tomasz, version=activity.version, by=ana.user)
    assert stored(activity).care_request.pk == done.made_request
    assert CareRequest.objects.get(pk=done.made_request).customer == tomasz


@pytest.mark.rule("R81")
def test_the_task_goes_along(activity, ana, tomasz):
    moving.to_customer(activity, tomasz, version=activity.version, by=ana.user)
    assert Task.objects.get(agent=ana, state=Task.ACTIVE).activity.customer == tomasz


@pytest.mark.rule("R81")
def test_new_customer_is_made_with_it_or_not_at_all(activity, ana):
    values = {"first_name": "Nora", "emails": ["nora@post"]}
    with pytest.raises(ValidationError):
        moving.to_new_customer(activity, values, version=activity.version, by=ana.user)
    assert Customer.objects.count() == 1
    values["emails"] = ["nora@post.example"]
    done = moving.to_new_customer(activity, values, version=activity.version, by=ana.user)
    assert stored(activity).customer == Customer.objects.get(pk=done.made_customer, first_name="Nora")


@pytest.mark.rule("R81", "R41")
def test_notes_of_somebody_unknown_become_a_new_request(internet, ana, tomasz):
    CareRequest.objects.create(customer=tomasz, title="Another thing")
    nobodys = held(chat_in(internet), by=ana).activity
    joining.note(nobodys, {"title": "Router restarts"})
    drafts.keep(ana.user, name_of(nobodys), "description", "Every ten min")
    moving.to_customer(nobodys, tomasz, version=stored(nobodys).version, by=ana.user)
    made = stored(nobodys).care_request
    assert (made.title, made.customer) == ("Router restarts", tomasz)
    assert drafts.of(ana.user, name_of(made))[name_of(made)] == {"description": "Every ten min"}


@pytest.mark.rule("R81")
def test_not_out_of_a_closed_request(ana, jelena, tomasz):
    closed = CareRequest.objects.create(customer=jelena, state="closed", closed_at=timezone.now())
    call = over(medium="call", customer=jelena, care_request=closed)
    with pytest.raises(Closed):
        moving.to_customer(call, tomasz, version=1, by=ana.user)
    assert stored(call).customer == jelena


def test_the_customer_may_be_gone_by_then(activity, ana, tomasz):
    Customer.objects.filter(pk=tomasz.pk).delete()
    with pytest.raises(moving.Elsewhere):
        moving.to_customer(activity, tomasz, version=activity.version, by=ana.user)


@pytest.mark.rule("R90")
def test_both_customers_requests_are_touched_and_no_third(activity, ana, tomasz, jelena):
    theirs = CareRequest.objects.create(customer=tomasz)
    third = CareRequest.objects.create(customer=jelena)
    CareRequest.objects.update(touched_at=ago(days=4))
    moving.to_customer(activity, tomasz, version=activity.version, by=ana.user)
    assert stored(theirs).touched_at > ago(minutes=1) < stored(activity.care_request).touched_at
    assert stored(third).touched_at < ago(days=3)


def test_desks_of_both_customers_hear_of_it(activity, ana, tomasz, rung):
    former = activity.care_request
    moving.to_customer(activity, tomasz, version=activity.version, by=ana.user)
    now = stored(activity)
    heard = {f"activity-{now.pk}", *(f"request-{one.pk}" for one in (former, now.care_request))}
    for customer in (former.customer, tomasz):
        heard |= {f"customer-{customer.pk}", f"journey-{customer.pk}"}
    assert rung >= heard


# --- taking it back


@pytest.mark.rule("R80")
def test_back_is_as_it_was(activity, other, ana):
    former = activity.care_request
    done = moving.to_request(activity, other, version=activity.version, by=ana.user)
    moving.back(done, by=ana.user)
    assert stored(activity).care_request == former


@pytest.mark.rule("R80")
def test_back_from_a_new_request_leaves_none_behind(activity, ana):
    former = activity.care_request
    done = moving.to_request(activity, None, version=activity.version, by=ana.user)
    moving.back(done, by=ana.user)
    assert list(CareRequest.objects.all()) == [former]


def test_a_new_request_that_somebody_wrote_in_stays(activity, ana):
    done = moving.to_request(activity, None, version=activity.version, by=ana.user)
    made = CareRequest.objects.get(pk=done.made_request)
    save_details(made, {"title": "Router"}, version=1, by=ana.user)
    moving.back(done, by=ana.user)
    assert stored(made).title == "Router"


@pytest.mark.rule("R81")
def test_back_from_a_new_customer_is_nobody_again_with_the_notes(internet, ana):
    nobodys = held(chat_in(internet), by=ana).activity
    joining.note(nobodys, {"title": "Router restarts"})
    seen = stored(nobodys).version
    done = moving.to_new_customer(nobodys, {"first_name": "Nora"}, version=seen, by=ana.user)
    moving.back(done, by=ana.user)
    assert (stored(nobodys).customer, stored(nobodys).care_request) == (None, None)
    assert not Customer.objects.exists()
    assert Draft.objects.get(agent=None).text == "Router restarts"


def test_not_back_over_what_came_after(activity, other, ana, marko):
    done = moving.to_request(activity, other, version=activity.version, by=ana.user)
    moving.to_request(activity, None, version=done.version, by=ana.user)
    with pytest.raises(moving.Elsewhere):
        moving.back(done, by=ana.user)
    joining.add_request(activity, by=marko.user)
    with pytest.raises(Stale):
        moving.back(done, by=ana.user)


@pytest.mark.rule("R8", "R80")
def test_back_into_a_solved_request_that_closed_when_it_was_left(activity, other, ana):
    former = activity.care_request
    solving.mark_solved(former, by=ana.user)
    done = moving.to_request(activity, other, version=activity.version, by=ana.user)
    assert not stored(former).is_open
    moving.back(done, by=ana.user)
    assert stored(activity).care_request == stored(former)
    assert (stored(former).is_open, stored(former).solved, stored(former).closed_at) == (True, True, None)


def test_not_back_into_a_solved_request_that_was_reopened_and_closed_since(activity, other, ana, sonja):
    former = activity.care_request
    solving.mark_solved(former, by=ana.user)
    done = moving.to_request(activity, other, version=activity.version, by=ana.user)
    reopen(former, by=sonja.user)
    solving.mark_solved(former, by=sonja.user)
    with pytest.raises(Closed):
        moving.back(done, by=ana.user)


def test_not_back_into_what_has_closed(activity, other, ana):
    done = moving.to_request(activity, other, version=activity.version, by=ana.user)
    CareRequest.objects.filter(pk=done.from_request).update(state="closed", closed_at=timezone.now())
    with pytest.raises(Closed):
        moving.back(done, by=ana.user)


# --- at the same instant


@pytest.mark.rule("R52", "R80")
@pytest.mark.django_db(transaction=True)
def test_of_two_agents_who_move_it_one_is_told_of_the_other(activity, other, ana, marko):
    third = CareRequest.objects.create(customer=activity.customer)
    seen = stored(activity).version
    results = race(
        lambda: moving.to_request(activity, other, version=seen, by=ana.user),
        lambda: moving.to_request(activity, third, version=seen, by=marko.user),
    )
    assert sorted(type(result).__name__ for result in results) == ["Moved", "Stale"]
    won = next(result for result in results if isinstance(result, moving.Moved))
    assert stored(activity).care_request_id == won.to_request


@pytest.mark.rule("R80")
@pytest.mark.django_db(transaction=True)
def test_crosswise_moves_between_two_customers_both_end(internet, ana, marko, jelena, tomasz):
    hers = held(chat_of(jelena, internet), by=ana).activity
    his = held(chat_in(internet, name="Tomasz", email="tomasz@post.example"), by=marko).activity
    for _ in range(5):
        one, two = stored(hers), stored(his)
        results = race(
            lambda one=one, two=two: moving.to_customer(one, two.customer, version=one.version, by=ana.user),
            lambda one=one, two=two: moving.to_customer(two, one.customer, version=two.version, by=ana.user),
        )
        assert all(isinstance(result, moving.Moved) for result in results), results
        assert (stored(hers).customer, stored(his).customer) == (two.customer, one.customer)


@pytest.mark.rule("R80", "R90")
@pytest.mark.django_db(transaction=True)
def test_moved_into_a_request_that_closes_it_stands_in_an_open_one(activity, other, ana):
    for _ in range(5):
        CareRequest.objects.filter(pk=other.pk).update(state="open", closed_at=None, touched_at=past_due())
        now = stored(activity)
        moved, _closed = race(
            lambda now=now: moving.to_request(now, other, version=now.version, by=ana.user),
            autoclose.close_due,
        )
        assert isinstance(moved, Closed)
        assert stored(activity).care_request.is_open


@pytest.mark.rule("R80", "R85")
@pytest.mark.django_db(transaction=True)
def test_moved_while_its_task_closes_both_happen(activity, other, ana):
    task = Task.objects.get(activity=activity)
    done, closed = race(
        lambda: moving.to_request(activity, other, version=activity.version, by=ana.user),
        lambda: closing.close(task.pk, closing.Leftovers(), by=ana),
    )
    assert isinstance(done, moving.Moved), done
    assert isinstance(closed, Task), closed
    assert (stored(activity).care_request, stored(activity).state) == (other, "ended")


@pytest.mark.rule("R81")
@pytest.mark.django_db(transaction=True)
def test_moved_while_somebody_accepts_it(internet, ana, marko, jelena, tomasz):
    held(chat_of(jelena, internet), by=ana)
    waiting = chat_of(jelena, internet)
    seen = waiting.activity.version
    done, accepted = race(
        lambda: moving.to_customer(waiting.activity, tomasz, version=seen, by=ana.user),
        lambda: accept(waiting.pk, by=marko),
    )
    assert not isinstance(accepted, NotYours | Exception), accepted
    now = stored(waiting.activity)
    assert now.care_request.customer_id == now.customer_id
    assert now.customer == (jelena if isinstance(done, Stale) else tomasz)
