"""After Accept the telephone system is told where a ringing call goes: signed, again, and never in vain (R101)."""

import hashlib
import hmac
import json
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import connection

from activities.models import Call, Outbox
from queues import connecting, lines, offering, offers, tasks
from queues.accepting import accept
from queues.models import Agent, CallLog, Queue, Task
from tests.cast import ago, held
from tests.racing import race

SECRET = "s3cret"
pytestmark = pytest.mark.rule("R101")


class Control(BaseHTTPRequestHandler):
    """The telephone system's own address; answers what `server.answers` says next, else 200."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.path, dict(self.headers), body))
        status = self.server.answers.pop(0) if self.server.answers else 200
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(b"said")

    def log_message(self, *words):
        pass


@pytest.fixture
def control():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Control)
    server.heard, server.answers = [], []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.url = f"http://127.0.0.1:{server.server_port}/calls"
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def worker(monkeypatch):
    """What is sent to the workers: (row, seconds), and `run()` does the first of it."""
    sent = []
    monkeypatch.setattr(connecting, "send_soon", lambda row, seconds=0: sent.append((row, seconds)))
    return sent


@pytest.fixture
def accepted(pbx, ana, control, worker, django_capture_on_commit_callbacks):
    """Ana has accepted a call of a queue with call control."""
    Queue.objects.filter(slug="internet").update(control_address=control.url, control_secret=SECRET)
    Agent.objects.filter(pk=ana.pk).update(extension="204")
    ana.refresh_from_db()
    pbx.new_call()
    with django_capture_on_commit_callbacks(execute=True):
        accept(pbx.task.pk, by=ana)
    return Outbox.objects.get()


def again(row):
    Outbox.objects.filter(pk=row.pk).update(due_at=ago(seconds=10))
    tasks.connect_left_over()
    row.refresh_from_db()


def test_accept_tells_the_extension_signed(pbx, accepted, control, worker):
    assert worker == [(accepted.pk, 0)]
    tasks.connect(accepted.pk)
    (path, headers, body), *more = control.heard
    assert (path, more) == ("/calls", [])
    assert json.loads(body) == {"event": "connect", "callId": pbx.call_id, "agent": "ana", "extension": "204"}
    at = headers["X-Caredesk-Timestamp"]
    assert abs(time.time() - int(at)) < 60
    digest = hmac.new(SECRET.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["X-Caredesk-Signature"] == f"sha256={digest}"
    assert headers["Content-Type"] == "application/json"


def test_what_was_sent_is_done_and_logged(pbx, accepted, control):
    connecting.deliver(accepted.pk)
    connecting.deliver(accepted.pk)
    accepted.refresh_from_db()
    assert (bool(accepted.done_at), accepted.error, len(control.heard)) == (True, "", 1)
    log = CallLog.objects.get(call_id=pbx.call_id, request__event="connect")
    assert (log.status, log.answer) == (200, {"said": "said"})


def test_a_refusal_is_tried_again_with_back_off(accepted, control, worker):
    control.answers += [500, 503, 302]
    connecting.deliver(accepted.pk)
    for _time in range(3):
        again(accepted)
    assert len(control.heard) == 4
    assert {path for path, _headers, _body in control.heard} == {"/calls"}, "no redirect is followed"
    assert worker[1:] == [(accepted.pk, 1), (accepted.pk, 2), (accepted.pk, 4)]
    assert (bool(accepted.done_at), accepted.attempts) == (True, 4)


def test_not_before_its_time(accepted, control):
    control.answers += [500]
    connecting.deliver(accepted.pk)
    connecting.deliver(accepted.pk)
    connecting.sweep()
    assert len(control.heard) == 1


def test_nobody_there_is_no_error(accepted, control):
    control.shutdown()
    control.server_close()
    connecting.deliver(accepted.pk)
    accepted.refresh_from_db()
    assert "refused" in accepted.error
    assert accepted.done_at is None
    assert CallLog.objects.get(request__event="connect").status == 0


@pytest.mark.parametrize("meanwhile", ["answered", "hung up", "line free", "taken", "too late", "no address"])
def test_it_is_given_up_when_nobody_needs_it_any_more(pbx, accepted, control, marko, meanwhile):
    if meanwhile == "answered":
        pbx.answer("ana")
    elif meanwhile == "hung up":
        pbx.hang_up()
    elif meanwhile == "line free":
        lines.sweep(pbx.task.accepted_at + timedelta(seconds=61))
    elif meanwhile == "taken":
        Task.objects.update(agent=marko)
    elif meanwhile == "too late":
        Outbox.objects.update(created_at=ago(seconds=61))
    else:
        Queue.objects.update(control_address="")
    again(accepted)
    assert (control.heard, accepted.error, bool(accepted.done_at)) == ([], "not needed any more", True)


@pytest.mark.rule("R31", "R101")
def test_an_accepted_offer_asks_for_it_too(pbx, ana, control):
    Queue.objects.update(control_address=control.url, control_secret=SECRET)
    pbx.new_call(queue="billing")
    offer = offering.make(Task.objects.select_related("queue").get(pk=pbx.task.pk), ana)
    offers.accept(offer.pk, by=ana)
    assert Outbox.objects.get().payload["body"]["callId"] == pbx.call_id
    assert pbx.task.line_busy


@pytest.mark.parametrize("kind", ["no address", "answered", "outgoing"])
def test_nothing_is_asked_for_what_needs_no_connecting(pbx, ana, control, kind):
    if kind != "no address":
        Queue.objects.update(control_address=control.url, control_secret=SECRET)
    if kind == "outgoing":
        pbx.new_call(direction="out", user="ana")
    else:
        pbx.new_call()
    if kind == "answered":
        pbx.answer("ana")
        Task.objects.update(state=Task.WAITING, agent=None, line_busy=False)
    if kind != "outgoing":
        held(pbx.task, ana)
    assert not Outbox.objects.exists()


def test_a_worker_is_asked_for_the_row_after_some_seconds(monkeypatch):
    asked = []
    monkeypatch.setattr(connecting.current_app, "send_task", lambda *given, **how: asked.append((given, how)))
    connecting.hand_over(7, 4)
    assert asked == [(("queues.tasks.connect", [7]), {"countdown": 4, "retry": False})]


def test_nobody_waits_for_a_broker_that_hangs(monkeypatch, caplog):
    asked, hanging = threading.Event(), threading.Event()

    def hang(*_given, **_how):
        asked.set()
        hanging.wait(10)
        raise OSError("no broker")

    monkeypatch.setattr(connecting.current_app, "send_task", hang)
    connecting.send_soon(1)
    assert asked.wait(10)
    hanging.set()
    connecting.hand_over(1, 0)
    assert "waits for the sweep: no broker" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_sends_it(pbx, ana, control, worker):
    Queue.objects.update(control_address=control.url, control_secret=SECRET)
    pbx.new_call()
    accept(pbx.task.pk, by=ana)
    row = Outbox.objects.get()
    assert race(*[lambda: connecting.deliver(row.pk) for _worker in range(6)]) == [None] * 6
    assert len(control.heard) == 1


def test_the_row_is_part_of_the_accept(pbx, ana, control):
    """Were the accept undone, nobody would be connected."""
    Queue.objects.update(control_address=control.url, control_secret=SECRET)
    pbx.new_call()
    with pytest.raises(ZeroDivisionError), connection.execute_wrapper(fail_after_outbox):
        accept(pbx.task.pk, by=ana)
    assert not Outbox.objects.exists()
    assert Call.objects.get().state == Call.NEW


def fail_after_outbox(execute, sql, params, many, context):
    if "UPDATE" in sql and "queues_queue" in sql:
        raise ZeroDivisionError
    return execute(sql, params, many, context)
