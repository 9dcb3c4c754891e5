"""What is not kept for ever: each kind of row with its days. Run by beat, or `manage.py tidy`; twice does no harm."""

from datetime import timedelta

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session
from django.utils import timezone

from activities import attaching
from activities.models import Merge, Outbox
from queues.models import CallLog

CALL_LOG = timedelta(days=30)
LOG_INS = timedelta(days=30)
OUTBOX = timedelta(days=30)
UNMERGE = timedelta(days=7)
BATCH = 5_000


def tidy(now=None):
    """Let go what is too old; return how many of each kind, e.g. {"call_log": 12, …}."""
    now = now or timezone.now()
    return {name: let_go(now) for name, let_go in KINDS.items()}


def call_log(now):
    return delete(CallLog.objects.filter(at__lt=now - CALL_LOG))


def sessions(now):
    return delete(Session.objects.filter(expire_date__lt=now))


def log_ins(now):
    """Locks that still hold are younger than a day (caredesk/lockout.py)."""
    kinds = (AccessAttempt, AccessFailureLog, AccessLog)
    return sum(delete(model.objects.filter(attempt_time__lt=now - LOG_INS)) for model in kinds)


def merges(now):
    """That two customers were made one stays known; what undoes it is somebody's data, and goes (R73)."""
    return Merge.objects.filter(merged_at__lt=now - UNMERGE).exclude(undo={}).update(undo={})


def outbox(now):
    return delete(Outbox.objects.filter(done_at__lt=now - OUTBOX))


def files(now):
    """Of attachments that went with their conversation, or whose message was never stored."""
    return attaching.sweep(now)


def delete(rows):
    """Some at a time, so that nobody waits for it."""
    total = 0
    while numbers := list(rows.values_list("pk", flat=True)[:BATCH]):
        total += rows.model._base_manager.filter(pk__in=numbers).delete()[0]
    return total


KINDS = {
    "call_log": call_log,
    "sessions": sessions,
    "log_ins": log_ins,
    "merges": merges,
    "outbox": outbox,
    "files": files,
}
