"""Wakes the dispatcher when something falls due earlier than it knows."""

from django.db import connection

CHANNEL = "caredesk_dispatch"


def wake():
    """After commit: every dispatcher looks at its deadlines anew."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
