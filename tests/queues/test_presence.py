"""Leases of open desks: begun, renewed, ended by their end or by the clock (R37)."""

from datetime import timedelta

import pytest

from queues import presence
from queues.clock import clock
from queues.models import Agent, Presence
from tests.cast import ago

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R37")]


def gone_since(agent):
    return Agent.objects.get(pk=agent.pk).gone_since


def run_out(*connections, **time):
    Presence.objects.filter(connection__in=connections).update(lease_until=ago(**time or {"seconds": 1}))


def test_renewing_moves_the_lease_and_makes_no_second_row(ana):
    presence.renew(ana.pk, "one")
    Presence.objects.update(lease_until=clock())
    since = Presence.objects.get().since
    presence.renew(ana.pk, "one")
    now = Presence.objects.get()
    assert (now.since, now.lease_until > clock()) == (since, True)


def test_a_process_renews_all_of_its_desks_at_once(ana, marko, django_assert_max_num_queries):
    presence.renew_all({"one": ana.pk, "two": ana.pk, "three": marko.pk})
    with django_assert_max_num_queries(3):  # with the savepoint of the test
        presence.renew_all({"one": ana.pk, "two": ana.pk, "three": marko.pk})
    assert Presence.objects.count() == 3


def test_an_agent_who_is_not_there_any_more_keeps_nobody_from_renewing(ana):
    presence.renew_all({"one": ana.pk, "two": ana.pk + 1000})
    assert Presence.objects.get().agent == ana


def test_two_desks_are_two_leases_and_one_agent(ana):
    presence.renew(ana.pk, "one")
    presence.renew(ana.pk, "two")
    presence.leave("one")
    assert Presence.objects.get().agent == ana
    assert presence.is_here(ana.pk)
    assert gone_since(ana) is None
    presence.leave("two")
    assert not presence.is_here(ana.pk)
    assert gone_since(ana) > ago(seconds=5)


def test_leaving_twice_is_no_error(ana):
    presence.leave("nobody")


def test_a_line_that_was_cut_counts_from_its_last_answer(ana):
    presence.renew(ana.pk, "one")
    Presence.objects.update(since=ago(minutes=1))
    presence.leave("one", silent_seconds=6)
    assert ago(seconds=9) < gone_since(ana) < ago(seconds=5)


def test_coming_back_is_not_being_gone(ana):
    presence.renew(ana.pk, "one")
    presence.leave("one")
    presence.renew(ana.pk, "two")
    assert gone_since(ana) is None


def test_only_leases_that_have_run_out_are_swept(ana, marko):
    presence.renew(marko.pk, "silent")
    presence.renew(ana.pk, "alive")
    run_out("silent")
    assert presence.sweep() == 1
    assert presence.sweep() == 0
    assert Presence.objects.get().connection == "alive"
    assert gone_since(marko) < clock()
    assert gone_since(ana) is None


def test_one_that_was_thought_dead_comes_back(ana):
    presence.renew(ana.pk, "one")
    run_out("one")
    presence.sweep()
    assert gone_since(ana)
    presence.renew(ana.pk, "one")
    assert presence.is_here(ana.pk)
    assert gone_since(ana) is None


def test_who_has_another_desk_open_is_not_gone(ana):
    presence.renew(ana.pk, "one")
    presence.renew(ana.pk, "two")
    run_out("one")
    presence.sweep()
    assert gone_since(ana) is None


def test_a_sweep_forgets_that_somebody_was_gone_who_is_here(ana):
    presence.renew(ana.pk, "one")
    Agent.objects.update(gone_since=ago(minutes=1))
    presence.sweep()
    assert gone_since(ana) is None


def test_the_next_deadline_is_the_first_lease(ana):
    assert presence.next_deadline() is None
    presence.renew(ana.pk, "one")
    first = Presence.objects.get().lease_until
    Presence.objects.create(agent=ana, connection="two", lease_until=first + timedelta(seconds=5))
    assert presence.next_deadline() == first
