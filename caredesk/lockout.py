"""Failed log-ins: counted in the database by django-axes, for one account from one address together.

So nobody is locked out by somebody else behind the same proxy. From the third failure on the next try must
wait (1, 2, 4 … 30 s; no thread waits, an early try is refused in words and does not count). The tenth locks
for 15 minutes, the next lock of that day twice as long, up to 4 hours. An unknown account answers the same.
"""

import contextlib
from datetime import datetime, timedelta

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_client_username
from axes.models import AccessFailureLog
from django.conf import settings
from django.db import connection
from django.db.models import Max, Sum
from django.utils.timezone import now

from caredesk.proxy import ip

LOCK, LONGEST_LOCK = timedelta(minutes=15), timedelta(hours=4)
FREE_FAILURES, LONGEST_WAIT = 2, timedelta(seconds=30)


class Handler(AxesDatabaseHandler):
    """Failures count until their own expiry, which grows; axes alone would ask for the shortest of all."""

    def get_user_attempts(self, request, credentials=None):
        unexpired = {"expiration__expires_at__gt": now()}
        return [attempts.filter(**unexpired) for attempts in self.filter_user_attempts(request, credentials)]


class Standing:
    """How this account stands at this address before a try."""

    def __init__(self, request, username: str):
        AxesProxyHandler.update_request(request)
        credentials = {settings.AXES_USERNAME_FORM_FIELD: username}
        attempts = AxesProxyHandler.get_implementation().get_user_attempts(request, credentials)[0]
        found = attempts.aggregate(
            failures=Sum("failures_since_start"), last=Max("attempt_time"), end=Max("expiration__expires_at")
        )
        self.failures, self.last, self.end = found["failures"] or 0, found["last"], found["end"]

    @property
    def left(self) -> int:
        return max(0, settings.AXES_FAILURE_LIMIT - self.failures)

    @property
    def locked_until(self) -> datetime | None:
        return None if self.left else self.end

    @property
    def wait(self) -> timedelta:
        """How long the next try must still wait."""
        if self.failures <= FREE_FAILURES:
            return timedelta()
        pause = timedelta(seconds=2 ** (self.failures - FREE_FAILURES - 1))
        return max(timedelta(), self.last + min(pause, LONGEST_WAIT) - now())


def duration(request=None) -> timedelta:
    """AXES_COOLOFF_TIME: how long failures count and a lock lasts."""
    if request is None:
        return LOCK
    locks = AccessFailureLog.objects.filter(
        username=get_client_username(request),
        ip_address=address(request),
        locked_out=True,
        attempt_time__gt=now() - timedelta(days=1),
    )
    return min(LOCK * 2 ** locks.count(), LONGEST_LOCK)


def response(request, original_response, credentials):
    """AXES_LOCKOUT_CALLABLE: the form has said it in words already."""
    original_response.status_code = 429
    return original_response


def address(request) -> str | None:
    """AXES_CLIENT_IP_CALLABLE: as the server or our proxy saw it (caredesk/proxy.py)."""
    return ip(request.META.get("REMOTE_ADDR", ""))


@contextlib.contextmanager
def one_at_a_time(*who):
    """Yields False, at once, while another try for the same account and address is being checked."""
    key = "log-in", *(str(part) for part in who)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", ["\n".join(key)])
        (mine,) = cursor.fetchone()
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", ["\n".join(key)])
