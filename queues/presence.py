"""Who is at their desk: a lease for each connection, renewed while it answers, ended by its end or by the clock."""

from datetime import timedelta

from django.utils import timezone

from queues.models import Presence

LEASE_SECONDS = 40


def renew(agent_id, connection):
    """The connection answers: its lease begins, or goes on. One that was thought dead is there again."""
    lease = {"lease_until": timezone.now() + timedelta(seconds=LEASE_SECONDS)}
    if Presence.objects.filter(connection=connection).update(**lease):
        return
    Presence.objects.get_or_create(connection=connection, defaults={"agent_id": agent_id, **lease})


def leave(connection):
    """The connection has ended in order."""
    Presence.objects.filter(connection=connection).delete()


def sweep(now=None):
    """End the leases of connections that stopped answering; return how many."""
    return Presence.objects.filter(lease_until__lte=now or timezone.now()).delete()[0]


def next_deadline():
    """When the first lease runs out, or None."""
    return Presence.objects.order_by("lease_until").values_list("lease_until", flat=True).first()
