"""Two records of one person made one, and two again (R73)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from activities import drafts, merging, moving
from activities.models import Draft, Merge, OpenCustomer, RecentCustomer
from caredesk.changes import changes_of
from caredesk.stale import Stale
from customers import editing
from customers.models import Customer
from queues import closing
from queues.accepting import accept
from queues.models import Task
from requests_app.models import CareRequest
from tests.cast import ago, chat_in, chat_of, held, over
from tests.racing import race


@pytest.fixture
def second(ana, jelena):
    """Another record of Jelena."""
    values = {"first_name": "J.", "city": "Belgrade", "company": "Post"}
    values |= {"emails": ["jelena@work.example", "jelena@post.example"], "phones": ["+381 11 555 0134"]}
    return editing.create(values, by=ana.user)


@pytest.fixture
def theirs(second):
    """What the second record has: (a closed request with a call, an open one with a chat, a call without any)."""
    old = CareRequest.objects.create(
        customer=second, title="Old", state="closed", closed_at=timezone.now(), touched_at=ago(days=9)
    )
    new = CareRequest.objects.create(customer=second, title="New", touched_at=ago(days=2))
    return (
        over(medium="call", customer=second, care_request=old),
        over(medium="chat", customer=second, care_request=new),
        over(medium="call", customer=second),
    )


def stored(record):
    return type(record).objects.get(pk=record.pk)


def merge(kept, other, *chosen, by, versions=None):
    versions = versions or (stored(kept).version, stored(other).version)
    return merging.merge(kept, other, chosen, versions=versions, by=by.user)


# --- one


@pytest.mark.rule("R73")
def test_one_record_is_left_with_what_was_chosen_and_all_addresses(jelena, second, ana):
    merge(jelena, second, "city", by=ana)
    assert list(Customer.objects.all()) == [jelena]
    now = stored(jelena)
    assert (now.first_name, now.last_name, now.city, now.company) == ("Jelena", "Marković", "Belgrade", "")
    assert now.emails == ["jelena@post.example", "jelena@work.example"]
    assert now.phones == ["+381 11 555 0134"]


@pytest.mark.rule("R73")
def test_all_that_was_theirs_is_the_kept_ones(jelena, second, theirs, ana):
    merge(jelena, second, by=ana)
    for activity in theirs:
        assert (stored(activity).customer, stored(activity).care_request) == (jelena, activity.care_request)
    assert set(CareRequest.objects.values_list("customer", flat=True)) == {jelena.pk}


@pytest.mark.rule("R73")
def test_tasks_follow(jelena, second, internet, ana, marko):
    held_by_marko = held(chat_in(internet, email="jelena@work.example"), by=marko)
    waits = chat_in(internet, email="jelena@work.example")
    assert held_by_marko.activity.customer == waits.activity.customer == second
    merge(jelena, second, by=ana)
    assert {task.activity.customer for task in Task.objects.all()} == {jelena}


@pytest.mark.rule("R73")
def test_lists_of_the_gadget_follow_without_doubles(jelena, second, ana, marko):
    for model in (OpenCustomer, RecentCustomer):
        model.objects.create(agent=ana.user, customer=jelena)
        model.objects.create(agent=ana.user, customer=second)
        model.objects.create(agent=marko.user, customer=second)
    done = merge(jelena, second, by=ana)
    for model in (OpenCustomer, RecentCustomer):
        assert set(model.objects.values_list("agent", "customer")) == {
            (ana.user.pk, jelena.pk),
            (marko.user.pk, jelena.pk),
        }
    merging.unmerge(done, by=ana.user)
    for model in (OpenCustomer, RecentCustomer):
        assert set(model.objects.values_list("agent", "customer")) == {
            (ana.user.pk, jelena.pk),
            (ana.user.pk, second.pk),
            (marko.user.pk, second.pk),
        }


@pytest.mark.rule("R73", "R51")
def test_what_is_typed_into_their_form_is_kept(jelena, second, ana, marko):
    kept, other = f"customer-{jelena.pk}", f"customer-{second.pk}"
    drafts.put(ana.user, kept, {"city": "Novi Sad"})
    drafts.put(ana.user, other, {"city": "Niš", "notes": "calls late"})
    drafts.put(marko.user, other, {"city": "Subotica"})
    done = merge(jelena, second, by=ana)
    assert drafts.of(ana.user, kept)[kept] == {"city": "Novi Sad", "notes": "calls late"}
    assert drafts.of(marko.user, kept)[kept] == {"city": "Subotica"}
    merging.unmerge(done, by=ana.user)
    assert drafts.of(ana.user, other)[other] == {"city": "Niš", "notes": "calls late"}
    assert not Draft.objects.filter(agent=marko.user, record=kept).exists()


@pytest.mark.rule("R73", "R52")
def test_over_a_colleagues_change_it_is_refused(jelena, second, ana, marko):
    for changed in (jelena, second):
        versions = stored(jelena).version, stored(second).version
        editing.save(changed, {"city": f"Niš {changed.pk}"}, version=stored(changed).version, by=marko.user)
        with pytest.raises(Stale, match="Marko Babić"):
            merge(jelena, second, by=ana, versions=versions)
    assert Customer.objects.count() == 2


@pytest.mark.rule("R73", "R52")
@pytest.mark.parametrize("open_form", ["kept", "other"])
def test_a_form_loaded_before_does_not_write_over_it(open_form, jelena, second, ana, marko):
    version = stored(jelena if open_form == "kept" else second).version
    merge(jelena, second, "city", by=ana)
    with pytest.raises(Stale, match="Ana Kovač"):
        editing.save(jelena, {"city": "Niš"}, version=version, by=marko.user)


@pytest.mark.rule("R90", "R73")
def test_clocks_go_on(jelena, second, theirs, ana):
    before = dict(CareRequest.objects.values_list("pk", "touched_at"))
    done = merge(jelena, second, by=ana)
    assert dict(CareRequest.objects.values_list("pk", "touched_at")) == before
    merging.unmerge(done, by=ana.user)
    assert dict(CareRequest.objects.values_list("pk", "touched_at")) == before


@pytest.mark.rule("R73")
def test_history_says_who(jelena, second, ana):
    merge(jelena, second, "city", by=ana)
    assert changes_of(Customer, jelena.pk)[0].by == "Ana Kovač"
    assert changes_of(Customer, second.pk)[0].label == "Deleted"


def test_desks_of_both_customers_hear_of_it(jelena, second, theirs, ana, monkeypatch):
    rung = set()
    monkeypatch.setattr("caredesk.realtime.publish", lambda group, event: rung.add(group))
    done = merge(jelena, second, by=ana)
    heard = {f"{kind}-{one.pk}" for kind in ("customer", "journey") for one in (jelena, second)}
    heard |= {f"request-{activity.care_request_id}" for activity in theirs if activity.care_request_id}
    assert rung == heard
    rung.clear()
    merging.unmerge(done, by=ana.user)
    assert rung == heard


def test_nobody_is_merged_with_themselves(jelena, ana):
    with pytest.raises(merging.Gone):
        merge(jelena, jelena, by=ana)


# --- two again


@pytest.mark.rule("R73")
def test_both_are_as_they_were(jelena, second, theirs, ana):
    before = [merging.facts_of(stored(one)) | {"points": merging.points_of(one)} for one in (jelena, second)]
    done = merge(jelena, second, "first_name", "city", by=ana)
    merging.unmerge(done, by=ana.user)
    after = [merging.facts_of(stored(one)) | {"points": merging.points_of(one)} for one in (jelena, second)]
    for facts in (*before, *after):
        facts.pop("version")
    assert after == before
    for activity in theirs:
        assert (stored(activity).customer, stored(activity).care_request) == (second, activity.care_request)


@pytest.mark.rule("R73")
def test_what_somebody_wrote_since_stays(jelena, second, ana):
    done = merge(jelena, second, "city", "company", by=ana)
    editing.save(jelena, {"city": "Novi Sad"}, version=stored(jelena).version, by=ana.user)
    merging.unmerge(done, by=ana.user)
    assert (stored(jelena).city, stored(jelena).company) == ("Novi Sad", "")
    assert stored(second).city == "Belgrade"


@pytest.mark.rule("R73")
def test_activities_that_arrived_since_stay_with_the_kept_one(jelena, second, theirs, ana, internet):
    _old, chat, _loose = theirs
    done = merge(jelena, second, by=ana)
    arrived = held(chat_of(jelena, internet), by=ana).activity
    assert arrived.care_request == chat.care_request
    merging.unmerge(done, by=ana.user)
    now = stored(arrived)
    assert (now.customer, now.care_request.customer) == (jelena, jelena)
    assert stored(chat).care_request == chat.care_request
    assert stored(chat).customer == second


@pytest.mark.rule("R73", "R80")
def test_what_was_moved_since_stays_where_it_was_moved_to(jelena, second, theirs, ana):
    _old, chat, _loose = theirs
    own = CareRequest.objects.create(customer=jelena)
    done = merge(jelena, second, by=ana)
    moving.to_request(chat, own, version=chat.version, by=ana.user)
    merging.unmerge(done, by=ana.user)
    assert (stored(chat).customer, stored(chat).care_request) == (jelena, own)
    assert stored(chat.care_request).customer == second


@pytest.mark.rule("R73")
def test_after_seven_days_it_is_too_late(jelena, second, ana):
    done = merge(jelena, second, by=ana)
    assert list(merging.undoable(jelena)) == [done]
    Merge.objects.update(merged_at=timezone.now() - timedelta(days=7, seconds=1))
    assert list(merging.undoable(jelena)) == []
    with pytest.raises(merging.TooLate):
        merging.unmerge(done, by=ana.user)


@pytest.mark.rule("R73")
def test_only_once(jelena, second, ana):
    done = merge(jelena, second, by=ana)
    merging.unmerge(done, by=ana.user)
    with pytest.raises(merging.Gone):
        merging.unmerge(done, by=ana.user)


@pytest.mark.rule("R73")
def test_merges_of_merges_come_apart_in_turn(jelena, second, ana):
    third = editing.create({"first_name": "Jela", "emails": ["jela@post.example"]}, by=ana.user)
    call = over(medium="call", customer=third)
    inner = merge(second, third, by=ana)
    outer = merge(jelena, second, by=ana)
    with pytest.raises(merging.Gone):
        merging.unmerge(inner, by=ana.user)
    merging.unmerge(outer, by=ana.user)
    assert stored(call).customer == second
    merging.unmerge(merging.undoable(second).get(), by=ana.user)
    assert stored(call).customer == third


# --- at the same instant


@pytest.mark.rule("R73")
@pytest.mark.django_db(transaction=True)
def test_of_crosswise_merges_one_happens(jelena, second, theirs, ana, marko):
    for _ in range(3):
        versions = stored(jelena).version, stored(second).version
        results = race(
            lambda versions=versions: merge(jelena, second, by=ana, versions=versions),
            lambda versions=versions: merge(second, jelena, by=marko, versions=versions[::-1]),
        )
        assert sorted(type(result).__name__ for result in results) == ["Gone", "Merge"], results
        (left,) = Customer.objects.all()
        assert {stored(activity).customer for activity in theirs} == {left}
        merging.unmerge(Merge.objects.get(undone_at=None), by=ana.user)
        assert Customer.objects.count() == 2


@pytest.mark.rule("R73", "R41")
@pytest.mark.django_db(transaction=True)
def test_accepted_while_the_customer_is_merged_it_is_the_kept_ones(jelena, second, internet, ana, marko):
    for _ in range(3):
        waits = chat_in(internet, email="jelena@work.example")
        versions = stored(jelena).version, stored(second).version
        merged, accepted = race(
            lambda versions=versions: merge(jelena, second, by=ana, versions=versions),
            lambda waits=waits: accept(waits.pk, by=marko),
        )
        assert isinstance(merged, Merge), merged
        assert isinstance(accepted, Task), accepted
        now = stored(waits.activity)
        assert (now.customer, now.care_request.customer) == (jelena, jelena)
        closing.close(waits.pk, closing.Leftovers(), by=marko)
        merging.unmerge(merged, by=ana.user)


@pytest.mark.rule("R73", "R85")
@pytest.mark.django_db(transaction=True)
def test_closed_while_the_customer_is_merged_both_happen(jelena, second, internet, ana, marko):
    task = held(chat_in(internet, email="jelena@work.example"), by=marko)
    versions = stored(jelena).version, stored(second).version
    merged, closed = race(
        lambda: merge(jelena, second, by=ana, versions=versions),
        lambda: closing.close(task.pk, closing.Leftovers(), by=marko),
    )
    assert isinstance(merged, Merge), merged
    assert isinstance(closed, Task), closed
    assert (stored(task.activity).customer, stored(task.activity).state) == (jelena, "ended")


@pytest.mark.rule("R73")
@pytest.mark.django_db(transaction=True)
def test_customer_who_comes_while_they_are_merged_is_the_kept_one(jelena, second, internet, ana):
    for _ in range(3):
        versions = stored(jelena).version, stored(second).version
        merged, came = race(
            lambda versions=versions: merge(jelena, second, by=ana, versions=versions),
            lambda: chat_in(internet, email="jelena@work.example"),
        )
        assert isinstance(merged, Merge), merged
        assert isinstance(came, Task), came
        assert stored(came.activity).customer == jelena
        merging.unmerge(merged, by=ana.user)


@pytest.mark.rule("R73", "R81")
@pytest.mark.django_db(transaction=True)
def test_moved_to_a_customer_who_is_merged(jelena, second, internet, ana, marko):
    activity = held(chat_in(internet), by=marko).activity
    versions = stored(jelena).version, stored(second).version
    merged, moved = race(
        lambda: merge(jelena, second, by=ana, versions=versions),
        lambda: moving.to_customer(activity, second, version=activity.version, by=marko.user),
    )
    assert isinstance(merged, Merge), merged
    assert isinstance(moved, moving.Moved | moving.Elsewhere), moved
    assert stored(activity).customer == (jelena if isinstance(moved, moving.Moved) else None)


# --- by a supervisor in the administration


@pytest.mark.rule("R73")
def test_supervisor_takes_it_back_in_the_administration(jelena, second, ana, sonja, client):
    done = merge(jelena, second, by=ana)
    client.force_login(sonja.user)
    address = reverse("admin:activities_merge_changelist")
    press = {"action": "unmerge", "_selected_action": [done.pk]}
    assert "is back" in client.post(address, press, follow=True).content.decode()
    assert Customer.objects.count() == 2
    assert "already" in client.post(address, press, follow=True).content.decode()
    Merge.objects.update(undone_at=None, merged_at=ago(days=8))
    assert "within 7 days" in client.post(address, press, follow=True).content.decode()
