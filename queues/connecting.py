"""Tells the telephone system, after Accept, which extension a ringing call goes to (R101).

The request is an outbox row of the accepting transaction. It is sent at once by a worker, again with back-off, and by a
sweep when all that was lost; it is given up when the call was answered, ended or given to somebody else, and once the
agent's line is free again.
"""

import hashlib
import hmac
import json
import logging
import threading
import time
import urllib.request
from datetime import timedelta
from functools import partial
from http.client import HTTPException

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from activities.models import Activity, Call, Outbox
from queues.models import CallLog, Task

KIND = "connect"
ANSWER_SECONDS = 5
LONGEST_ANSWER = 2000
BACK_OFF = (1, 2, 4, 8, 15, 30)
LOST_SECONDS = 5

logger = logging.getLogger(__name__)


def ask(task):
    """Within the transaction that makes a ringing call this agent's, where its queue has a call-control address."""
    ringing = Call.objects.filter(activity=task.activity_id, state=Call.NEW, activity__direction=Activity.IN)
    call_id = task.queue.control_address and ringing.values_list("call_id", flat=True).first()
    if not call_id:
        return
    agent = {"agent": task.agent.user.get_username(), "extension": task.agent.extension}
    body = {"event": "connect", "callId": call_id, **agent}
    row = Outbox.objects.create(kind=KIND, payload={"task": task.pk, "agent": task.agent_id, "body": body})
    transaction.on_commit(partial(send_soon, row.pk), robust=True)


def send_soon(row_id, seconds=0):
    """By a worker. Whoever has accepted does not wait for a broker that is away, which may take a minute."""
    threading.Thread(target=hand_over, args=[row_id, seconds], name="connect", daemon=True).start()


def hand_over(row_id, seconds):
    """What does not reach a worker, the sweep finds."""
    try:
        current_app.send_task("queues.tasks.connect", [row_id], countdown=seconds, retry=False)
    except Exception as error:  # whatever it is, the row is there
        logger.warning("A connect request waits for the sweep: %s", error)


def sweep():
    """Send what is due and was not sent by its own task; return how many were tried."""
    lost = timezone.now() - timedelta(seconds=LOST_SECONDS)
    due = Outbox.objects.filter(kind=KIND, done_at=None, due_at__lte=lost).order_by("due_at")
    rows = list(due.values_list("pk", flat=True))
    for row_id in rows:
        deliver(row_id)
    return len(rows)


def deliver(row_id):
    """Send one request if it is due and still wanted; any number may try, one does."""
    row = claim(row_id)
    if not row:
        return
    queue = wanted(row)
    error = send(queue, row.payload["body"]) if queue else "not needed any more"
    if queue and error:
        Outbox.objects.filter(pk=row.pk).update(error=error)
        send_soon(row.pk, back_off(row.attempts))
    else:
        Outbox.objects.filter(pk=row.pk).update(error=error, done_at=timezone.now())


def claim(row_id):
    """The due row, which is nobody else's until its next time; None when there is none."""
    now = timezone.now()
    with transaction.atomic():
        due = Outbox.objects.filter(pk=row_id, kind=KIND, done_at=None, due_at__lte=now)
        row = due.select_for_update(skip_locked=True, no_key=True).first()
        if row:
            row.attempts += 1
            row.due_at = now + timedelta(seconds=back_off(row.attempts))
            row.save(update_fields=["attempts", "due_at"])
    return row


def back_off(attempts):
    return BACK_OFF[min(attempts, len(BACK_OFF)) - 1]


def wanted(row):
    """The queue, while the call rings for this agent, who keeps their line for it."""
    ringing = Task.objects.active().filter(line_busy=True, activity__call__state=Call.NEW)
    mine = ringing.filter(pk=row.payload["task"], agent=row.payload["agent"]).select_related("queue")
    late = row.created_at < timezone.now() - timedelta(seconds=settings.CALL_ANSWER_SECONDS)
    task = None if late else mine.first()
    return task.queue if task and task.queue.control_address else None


def send(queue, body):
    """POST it, signed; return "" or what went wrong. Logged as the events that come in are."""
    try:
        with opener.open(signed(queue, body), timeout=ANSWER_SECONDS) as answer:
            status, said = answer.status, answer.read(LONGEST_ANSWER).decode("utf-8", "replace")
    except urllib.request.HTTPError as refusal:
        status, said = refusal.code, str(refusal.reason)
    except (OSError, HTTPException, ValueError) as error:
        status, said = 0, str(error)
    CallLog.objects.create(
        call_id=body["callId"], request=body, status=status, answer={"said": printable(said)}
    )
    return "" if 200 <= status < 300 else printable(f"{status} {said}")


def signed(queue, body):
    """The request with `X-Caredesk-Signature: sha256=HMAC(secret, timestamp + "." + body)`."""
    text, at = json.dumps(body), str(int(time.time()))
    digest = hmac.new(queue.control_secret.encode(), f"{at}.{text}".encode(), hashlib.sha256).hexdigest()
    headers = {"X-Caredesk-Signature": f"sha256={digest}", "X-Caredesk-Timestamp": at}
    headers["Content-Type"] = "application/json"
    address = queue.control_address  # http or https: a URLField, and the opener knows nothing else
    return urllib.request.Request(address, text.encode(), headers, method="POST")  # noqa: S310


def printable(text):
    return text.replace("\0", "")[:LONGEST_ANSWER]


# A signed request goes to the address that a supervisor wrote and nowhere else: no redirects, no files.
HANDLERS = (
    urllib.request.ProxyHandler,
    urllib.request.HTTPHandler,
    urllib.request.HTTPSHandler,
    urllib.request.HTTPDefaultErrorHandler,
    urllib.request.HTTPErrorProcessor,
)
opener = urllib.request.OpenerDirector()
for handler in HANDLERS:
    opener.add_handler(handler())
