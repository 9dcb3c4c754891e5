"""Leases of open desks: begun, renewed, ended by their end or by the clock."""

from datetime import timedelta

import pytest
from django.utils import timezone

from queues import presence
from queues.models import Presence

pytestmark = pytest.mark.django_db
LATER = timedelta(seconds=presence.LEASE_SECONDS + 1)


def test_renewing_moves_the_lease_and_makes_no_second_row(ana):
    presence.renew(ana.pk, "one")
    Presence.objects.update(lease_until=timezone.now())
    presence.renew(ana.pk, "one")
    assert Presence.objects.get().lease_until > timezone.now()


def test_two_desks_are_two_leases_and_one_agent(ana):
    presence.renew(ana.pk, "one")
    presence.renew(ana.pk, "two")
    presence.leave("one")
    assert Presence.objects.get().agent == ana
    presence.leave("two")
    assert not Presence.objects.exists()


def test_leaving_twice_is_no_error(ana):
    presence.leave("nobody")


def test_only_leases_that_have_run_out_are_swept(ana):
    presence.renew(ana.pk, "silent")
    presence.renew(ana.pk, "alive")
    Presence.objects.filter(connection="silent").update(lease_until=timezone.now() - timedelta(seconds=1))
    assert presence.sweep() == 1
    assert presence.sweep() == 0
    assert Presence.objects.get().connection == "alive"


def test_one_that_was_thought_dead_comes_back(ana):
    presence.renew(ana.pk, "one")
    presence.sweep(now=timezone.now() + LATER)
    assert not Presence.objects.exists()
    presence.renew(ana.pk, "one")
    assert Presence.objects.get().lease_until > timezone.now()


def test_the_next_deadline_is_the_first_lease(ana):
    assert presence.next_deadline() is None
    presence.renew(ana.pk, "one")
    first = Presence.objects.get().lease_until
    presence.renew(ana.pk, "two")
    assert presence.next_deadline() == first
