"""`/metrics` for Prometheus: what stands in the database now, and what this web process has lost.

For this machine itself, or with `Authorization: Bearer CAREDESK_METRICS_TOKEN`. All figures are read at the question;
counters count rows that are never deleted, so they are the same in every process but for the pushes.
"""

import hmac
import ipaddress

from django.conf import settings
from django.db import Error
from django.db.models import Count, Min
from django.http import HttpResponse, HttpResponseForbidden
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from activities.models import Outbox
from caredesk import realtime
from caredesk.models import Heartbeat
from queues.models import Agent, Offer, Presence, Queue, Task
from requests_app.models import CareRequest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-Ip")


@never_cache
@require_safe
def metrics(request):
    """200 with the figures, 403 for others, 503 while the database does not answer."""
    if not may_read(request):
        words = "Only from this machine, or with the token of CAREDESK_METRICS_TOKEN.\n"
        return HttpResponseForbidden(words, content_type=CONTENT_TYPE)
    try:
        return HttpResponse(text(figures()), content_type=CONTENT_TYPE)
    except Error:
        return HttpResponse("The database does not answer.\n", status=503, content_type=CONTENT_TYPE)


def may_read(request):
    """A caller behind a proxy is never this machine, whatever address the proxy has."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def figures():
    """(name, kind, help, [(labels, value), …]) of each metric."""
    now = timezone.now()
    yield from of_queues(now)
    yield from of_agents(now)
    ended = Offer.objects.exclude(outcome="").values("outcome").order_by("outcome").annotate(n=Count("pk"))
    yield (
        "caredesk_offers_total",
        "counter",
        "Offers that have ended, by outcome.",
        [({"outcome": row["outcome"]}, row["n"]) for row in ended],
    )
    open_requests = CareRequest.objects.open()
    yield "caredesk_requests_open", "gauge", "Open requests.", [({}, open_requests.count())]
    due = open_requests.due(now).count()
    yield "caredesk_requests_due", "gauge", "Requests that the next sweep closes.", [({}, due)]
    left = Outbox.objects.filter(done_at=None).count()
    yield "caredesk_outbox_waiting", "gauge", "Outgoing work not done yet.", [({}, left)]
    yield (
        "caredesk_pushes_dropped_total",
        "counter",
        "Pushes that this web process has lost.",
        [({}, realtime.dropped())],
    )
    beats = Heartbeat.objects.order_by("part").values_list("part", "at")
    yield (
        "caredesk_heartbeat_age_seconds",
        "gauge",
        "Seconds since a part was last seen at work.",
        [({"part": part}, age(now, at)) for part, at in beats],
    )


def of_queues(now):
    queues = dict(Queue.objects.order_by("slug").values_list("pk", "slug"))
    live = Task.objects.live().order_by().values("queue", "state").annotate(n=Count("pk"))
    found = {(row["queue"], row["state"]): row["n"] for row in live}
    lines = Task.objects.waiting().order_by().values("queue").annotate(first=Min("waiting_since"))
    first = {row["queue"]: row["first"] for row in lines}
    for state, words in (
        (Task.WAITING, "Tasks waiting"),
        (Task.OFFERED, "Tasks being offered"),
        (Task.ACTIVE, "Tasks in progress"),
    ):
        rows = [({"queue": slug}, found.get((pk, state), 0)) for pk, slug in queues.items()]
        yield f"caredesk_tasks_{state}", "gauge", f"{words}, by queue.", rows
    waits = [({"queue": slug}, age(now, first.get(pk, now))) for pk, slug in queues.items()]
    yield (
        "caredesk_longest_wait_seconds",
        "gauge",
        "How long the first in line has waited, 0 if nobody waits.",
        waits,
    )


def of_agents(now):
    rows = (
        Agent.objects.working().order_by("state", "reason").values("state", "reason").annotate(n=Count("pk"))
    )
    states = [({"state": row["state"], "reason": row["reason"]}, row["n"]) for row in rows]
    yield "caredesk_agents", "gauge", "Agents who may work, by state and reason.", states
    here = Presence.objects.filter(lease_until__gt=now).values("agent").distinct().count()
    yield "caredesk_agents_connected", "gauge", "Agents with an open desk.", [({}, here)]


def age(now, moment):
    return max(0, round((now - moment).total_seconds(), 3))


def text(metrics):
    lines = []
    for name, kind, words, rows in metrics:
        lines += [f"# HELP {name} {words}", f"# TYPE {name} {kind}"]
        lines += [f"{name}{labelled(labels)} {value}" for labels, value in rows]
    return "\n".join(lines) + "\n"


def labelled(labels):
    inner = ",".join(f'{name}="{escaped(value)}"' for name, value in labels.items())
    return f"{{{inner}}}" if inner else ""


def escaped(value):
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
