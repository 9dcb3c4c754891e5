"""A telephone system that reports to /api/v1/cti/, as one does that speaks to Zammad."""

import itertools

import pytest
from django.test import Client

from activities.models import Call
from queues.models import Task

TOKEN = "a token of the tests"
ADDRESS = "/api/v1/cti/a%20token%20of%20the%20tests"
CALLER, OURS = "49301234567", "31207940800"
ids = itertools.count(1)


class Pbx:
    """`pbx.new_call()` begins a call; what is not given goes on as in the last event."""

    def __init__(self, client=None):
        self.client = client or Client()
        self.call_id = ""

    def new_call(self, *, direction="in", status=200, **fields):
        self.call_id = fields.pop("callId", f"call-{next(ids)}")
        ends = {"from": CALLER, "to": OURS} if direction == "in" else {"from": OURS, "to": CALLER}
        self.ends = {
            **ends,
            "direction": direction,
            **{name: fields[name] for name in ends if name in fields},
        }
        return self.say("newCall", status, **fields)

    def answer(self, number="", status=200, **fields):
        return self.say("answer", status, answeringNumber=number, **fields)

    def hang_up(self, cause="normalClearing", status=200, **fields):
        return self.say("hangup", status, cause=cause, **fields)

    def say(self, event, status=200, **fields):
        return self.post({"event": event, "callId": self.call_id, **self.ends, **fields}, status)

    def post(self, body, status=200, content_type="application/json"):
        answer = self.client.post(ADDRESS, body, content_type=content_type)
        assert answer.status_code == status, answer.content
        return answer.json()

    @property
    def call(self):
        return Call.objects.select_related("activity").get(call_id=self.call_id)

    @property
    def task(self):
        """The newest task of the call, or None."""
        return Task.objects.filter(activity__call__call_id=self.call_id).order_by("pk").last()


@pytest.fixture
def pbx(settings, internet, billing):
    settings.CTI_TOKEN = TOKEN
    return Pbx()
