"""The address for telephone systems, row by row of what the outside may rely on (R101)."""

import json

import pytest
from django.db import OperationalError
from django.test import Client

from activities.models import Activity, Call
from queues import pbx as wire
from queues.models import BlockedNumber, CallerIdRule, CallLog, Queue, Task
from tests.calling import ADDRESS, CALLER, OURS

FORM = "application/x-www-form-urlencoded"
pytestmark = pytest.mark.rule("R101")


def said(direction="in", **fields):
    return {"event": "newCall", "callId": "c-1", "direction": direction, "from": CALLER, "to": OURS, **fields}


# --- the door


def test_without_a_configured_token_nobody_gets_in(client, db, settings):
    settings.CTI_TOKEN = ""
    for path in (ADDRESS, "/api/v1/cti/x"):
        assert client.post(path, said(), content_type="application/json").status_code == 403
    assert CallLog.objects.get().status == 403
    assert not Call.objects.exists()


def test_a_wrong_token_is_refused_and_logged(client, pbx):
    for _time in range(3):
        answer = client.post("/api/v1/cti/wrong", said(), content_type="application/json")
    assert (answer.status_code, answer.json()) == (
        401,
        {"error": "Invalid token, please contact your admin!"},
    )
    assert CallLog.objects.get().status == 401
    assert not Call.objects.exists()


def test_only_post_is_served_and_no_csrf_token_is_asked_for(pbx):
    strict = Client(enforce_csrf_checks=True)
    assert strict.get(ADDRESS).status_code == 405
    assert CallLog.objects.get().status == 405
    assert strict.post(ADDRESS, said(), content_type="application/json").json() == {}


def test_the_token_in_the_address_is_in_no_log_of_ours(pbx, caplog):
    pbx.post(said("sideways"), 422)
    Client().get(ADDRESS)
    assert ADDRESS not in caplog.text


@pytest.mark.parametrize("direction", ["", "sideways", "IN"])
@pytest.mark.parametrize("event", ["newCall", "answer", "hangup"])
def test_a_direction_that_is_neither_in_nor_out_is_refused(pbx, event, direction):
    assert pbx.post(said(direction, event=event), 422) == {"error": "Invalid direction!"}


@pytest.mark.parametrize("call_id", [7, None, "", "  ", [], {"a": 1}, True, "x" * 251])
def test_a_call_id_must_be_a_text(pbx, call_id):
    assert "callId" in pbx.post(said(callId=call_id), 422)["error"]
    assert not Call.objects.exists()


@pytest.mark.parametrize("body", ["", "{", "[]", "[1]", '"x"', "{" * 100_000, "\xff", '{"a": 1e}', "null"])
def test_an_unreadable_body_is_refused_in_words(pbx, body):
    answer = pbx.client.post(ADDRESS, body.encode("latin-1"), content_type="application/json")
    assert 400 <= answer.status_code < 500
    assert answer.json()["error"]


def test_a_huge_body_is_refused(pbx):
    pbx.post(said(cause="x" * 70_000), 413)


@pytest.mark.parametrize("value", [["x"], {"a": "b"}, True, 1.5, "x" * 251])
@pytest.mark.parametrize("field", ["event", "direction", "from", "to", "queue"])
def test_wrong_types_are_refused_in_words(pbx, field, value):
    assert pbx.post(said(**{field: value}), 422)["error"]
    assert not Call.objects.exists()


@pytest.mark.parametrize(
    "odd", [{"user": {"a": 1}}, {"user": [None, 3, ["x"]]}, {"cause": ["x"]}, {"cause": "x" * 5000}]
)
@pytest.mark.parametrize("event", ["newCall", "answer", "hangup", "transfer", "hold"])
def test_what_is_odd_and_does_not_matter_is_passed_over(pbx, event, odd):
    assert pbx.post(said(event=event, **odd)) == {}


def test_what_a_database_cannot_hold_is_no_obstacle(pbx):
    odd = {"callId": "a\0b\ud800", "from": "\0", "x\0": "\ud800"}
    pbx.post(json.dumps(said(**odd)))
    assert Call.objects.get().call_id == "ab"
    assert CallLog.objects.get().call_id == "ab"


def test_an_unknown_event_is_refused(pbx):
    assert pbx.post(said(event="dance"), 422) == {"error": "Invalid event!"}


def test_a_database_that_is_away_is_no_500(pbx, monkeypatch):
    def away(told):
        raise OperationalError

    monkeypatch.setitem(wire.EVENTS, "newCall", away)
    assert "again" in pbx.post(said(), 503)["error"]


@pytest.mark.django_db(transaction=True)
def test_what_waited_too_long_for_a_lock_is_tried_once_more(pbx, monkeypatch):
    ring, tried = wire.EVENTS["newCall"], []

    def late(told):
        tried.append(told)
        if len(tried) == 1:
            raise OperationalError
        ring(told)

    monkeypatch.setitem(wire.EVENTS, "newCall", late)
    assert pbx.post(said()) == {}
    assert (Call.objects.count(), CallLog.objects.count()) == (1, 1)


# --- JSON and form


def test_a_form_is_read_like_json(pbx, ana):
    body = (
        f"event=newCall&callId=c-1&direction=out&from={OURS}&to={CALLER}&user[]=nobody&user[]=Ana+Kova%C4%8D"
    )
    assert pbx.post(body, content_type=FORM) == {}
    assert Call.objects.get(call_id="c-1").activity.direction == Activity.OUT
    assert Task.objects.get().agent == ana


def test_a_multipart_form_is_read_too(pbx):
    assert pbx.client.post(ADDRESS, said()).json() == {}
    assert Call.objects.get().call_id == "c-1"


def test_json_is_known_by_its_look(pbx):
    pbx.post(json.dumps(said()), content_type=FORM)
    assert Call.objects.get().call_id == "c-1"


def test_the_id_may_be_written_with_an_underscore(pbx):
    body = said() | {"call_id": "c-2"}
    del body["callId"]
    pbx.post(body)
    assert Call.objects.get().call_id == "c-2"


@pytest.mark.parametrize(
    "user", ["ana", "ANA", "Ana Kovač", "204", ["nobody", "204"], ["ana", "marko"], "+31 20 794 0204"]
)
def test_agents_are_known_by_login_name_and_extension(pbx, ana, marko, user):
    ana.extension = "31207940204" if isinstance(user, str) and user.startswith("+") else "204"
    ana.save()
    pbx.new_call(direction="out", user=user)
    assert pbx.task.agent == ana


def test_agents_are_known_by_their_id_when_no_extension_says_otherwise(pbx, ana, marko):
    pbx.new_call()
    pbx.answer(str(ana.pk))
    assert pbx.task.agent == ana
    marko.extension = str(ana.pk)
    marko.save()
    pbx.new_call()
    pbx.answer(str(ana.pk))
    assert pbx.task.agent == marko


def test_who_does_not_work_here_any_more_is_nobody(pbx, ana):
    ana.user.is_active = False
    ana.user.save()
    pbx.new_call(direction="out", user="ana")
    assert pbx.task is None


# --- queues and numbers


@pytest.mark.parametrize(
    ("fields", "slug"),
    [
        ({"queue": "billing"}, "billing"),
        ({"queue": "31207940900"}, "billing"),
        ({"to": "020 794 0900"}, "billing"),
        ({"to": "0031207940900"}, "billing"),
        ({"queue": "internet", "to": "31207940900"}, "internet"),
        ({"queue": "nowhere"}, "internet"),
        ({}, "internet"),
    ],
)
def test_the_queue_is_found_by_slug_or_number_else_the_first_made(pbx, fields, slug):
    Queue.objects.filter(slug="billing").update(numbers=["+31 20 794 0900"])
    pbx.new_call(**fields)
    assert pbx.task.queue.slug == slug


def test_without_any_queue_the_call_is_recorded_all_the_same(pbx):
    Queue.objects.all().delete()
    pbx.new_call()
    pbx.hang_up()
    pbx.new_call()
    pbx.answer("ana")
    assert pbx.task is None
    assert pbx.call.state == Call.ANSWERED


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("49301234567", "+49 30 1234567"),
        ("0207940811", "+31 20 794 0811"),
        ("0049301234567", "+49 30 1234567"),
        ("020/794 08-11", "+31 20 794 0811"),
        ("+31 (0)20 794 0811", "+31 20 794 0811"),
        (381115550134, "+381 11 5550134"),
        ("anonymous", ""),
        (None, ""),
        ("204", "204"),
        ("not a number", "not a number"),
    ],
)
def test_the_callers_number_is_read_as_telephone_systems_write_it(pbx, sent, shown):
    pbx.new_call(**{"from": sent})
    assert pbx.call.activity.source_phone == shown


@pytest.mark.rule("R72")
def test_the_caller_is_recognised_by_number_and_country_of_the_queue(pbx, jelena):
    Queue.objects.filter(slug="billing").update(country="RS")
    pbx.new_call(**{"from": "0115550134", "queue": "billing"})
    assert pbx.call.activity.customer == jelena
    assert pbx.call.activity.verified


def test_who_withheld_their_number_is_an_unknown_customer(pbx, jelena):
    pbx.new_call(**{"from": "anonymous"})
    assert pbx.call.activity.customer is None
    assert pbx.call.activity.shown_name == "Unknown customer"


# --- answers


@pytest.mark.parametrize("number", ["030 1234567", "+49 30 1234567", "49301234567"])
def test_a_blocked_caller_is_rejected_and_leaves_nothing(pbx, settings, number):
    settings.DEFAULT_REGION = "DE"
    BlockedNumber.objects.create(number=number)
    assert pbx.new_call() == {"action": "reject", "reason": "busy"}
    assert pbx.hang_up("cancel") == {}
    assert not Activity.objects.exists()


def test_a_number_is_blocked_for_incoming_calls_only(pbx):
    BlockedNumber.objects.create(number=CALLER)
    assert pbx.new_call(direction="out") == {}
    assert pbx.call


@pytest.mark.parametrize(
    ("prefixes", "shown"),
    [
        ({"+49": "31201"}, {"action": "dial", "caller_id": "31201", "number": CALLER}),
        ({"0049": "31201", "4930": "31202"}, {"action": "dial", "caller_id": "31202", "number": CALLER}),
        ({"+48": "31201"}, {}),
    ],
)
def test_the_longest_prefix_says_which_number_is_shown(pbx, prefixes, shown):
    for prefix, caller_id in prefixes.items():
        CallerIdRule.objects.create(prefix=prefix, caller_id=caller_id)
    assert pbx.new_call(direction="out") == shown
    assert pbx.say("newCall") == shown
    assert pbx.new_call() == {}


def test_every_request_and_answer_is_logged(pbx):
    BlockedNumber.objects.create(number=CALLER)
    pbx.new_call(user=["ana", "marko"], extra={"deep": [1]})
    pbx.post("{", 400)
    first, second = CallLog.objects.order_by("pk")
    assert (first.call_id, first.status) == (pbx.call_id, 200)
    assert first.request["user"] == ["ana", "marko"]
    assert first.answer == {"action": "reject", "reason": "busy"}
    assert (second.status, second.answer) == (400, {"error": "The body cannot be read!"})
