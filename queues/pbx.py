"""What a telephone system says over HTTP, in the wire format of Zammad's generic CTI, and what it is answered.

`receive(payload)` takes one event as a dict of its fields and returns (status, answer), whatever it is told.
"""

import logging
import re

from django.db import OperationalError, connection
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Trim

from activities.models import Activity
from caredesk.texts import clean
from customers.phones import dialled_phone, normalise_phone
from queues import calls
from queues.models import Agent, BlockedNumber, CallerIdRule, CallLog, Queue

LONGEST = 250
LONGEST_LOGGED = 500
FIELDS_LOGGED = 50
EVENTS = {
    "newCall": calls.ring,
    "answer": calls.answer,
    "hangup": calls.hang_up,
    "hold": calls.hold,
    "resume": calls.resume,
    "transfer": calls.transfer,
}
OUR_OWN = ("hold", "resume", "transfer")

logger = logging.getLogger(__name__)


class Refused(Exception):
    """An event that says nothing to us; the telephone system is told why."""


def receive(payload):
    """(status, answer) of one event, kept in the log."""
    try:
        status, answer = 200, heard_out(payload)
    except Refused as refusal:
        status, answer = 422, {"error": str(refusal)}
    except Exception:
        logger.exception("A call event could not be processed")
        status, answer = 503, {"error": "Not now. Please send it again."}
    log(payload, status, answer)
    return status, answer


def heard_out(payload):
    """Few telephone systems send anything again; so what only waited too long for a lock is tried once more."""
    try:
        return heard(payload)
    except OperationalError:
        if connection.in_atomic_block:
            raise
        return heard(payload)


def heard(payload):
    event, direction = text(payload, "event"), text(payload, "direction")
    if direction not in Activity.DIRECTIONS and not (direction == "" and event in OUR_OWN):
        raise Refused("Invalid direction!")
    if event not in EVENTS:
        raise Refused("Invalid event!")
    told = understood(payload, event, direction or Activity.IN)
    if is_blocked(told) and not calls.find(told):
        return {"action": "reject", "reason": "busy"} if event == "newCall" else {}
    EVENTS[event](told)
    return dialling(told, payload) if event == "newCall" and direction == Activity.OUT else {}


def understood(payload, event, direction):
    """The event in our own words: its queue and agent looked up, its numbers as text."""
    numbers = {"from_number": text(payload, "from"), "to_number": text(payload, "to")}
    ours = numbers["from_number" if direction == Activity.OUT else "to_number"]
    return calls.Told(
        call_id=call_id_of(payload),
        direction=direction,
        queue=queue_of(text(payload, "queue"), ours),
        agent=agent_named(payload, event, direction),
        cause=clean(str(payload.get("cause") or ""))[:LONGEST],
        **numbers,
    )


def call_id_of(payload):
    given = payload.get("callId", payload.get("call_id"))
    if not isinstance(given, str) or not clean(given).strip() or len(given) > LONGEST:
        raise Refused(f"callId must be a text of 1 to {LONGEST} characters!")
    return clean(given).strip()


def text(payload, name):
    """A short text; numbers are often sent as such."""
    given = payload.get(name)
    if given is None:
        return ""
    if isinstance(given, bool) or not isinstance(given, str | int) or len(str(given)) > LONGEST:
        raise Refused(f"{name} must be a text of at most {LONGEST} characters!")
    return clean(str(given)).strip()


# --- whose call


def queue_of(name, number):
    """By slug or number, else by the number that was called; else the first that was made. None without any."""
    queues = list(Queue.objects.order_by("pk"))
    for wanted in filter(None, (name, number)):
        for queue in queues:
            if wanted == queue.slug or same(wanted, queue.numbers, queue.country):
                return queue
    return queues[0] if queues else None


def same(number, numbers, region=None):
    return key(number, region) in {key(other, region) for other in numbers}


def key(number, region=None):
    return normalise_phone(dialled_phone(number, region) or number, region)


def agent_named(payload, event, direction):
    """The agent that the event is about: `agent` of a transfer, else who answered, else the first known user."""
    if event == "transfer":
        return first_known([text(payload, "agent")])
    if event == "answer":
        answering = text(payload, "answeringNumber")
        return first_known([answering] if answering else users(payload))
    return first_known(users(payload)) if event == "newCall" and direction == Activity.OUT else None


def users(payload):
    given = payload.get("user", payload.get("user[]"))
    given = given if isinstance(given, list) else [given]
    return [
        str(name)[:LONGEST] for name in given if isinstance(name, str | int) and not isinstance(name, bool)
    ]


def first_known(names):
    return next(filter(None, map(find_agent, names)), None)


def find_agent(name):
    """By login, extension, phone, shown name or id, in this order."""
    name = clean(name).strip()
    if not name:
        return None
    shown = Trim(Concat(F("user__first_name"), Value(" "), F("user__last_name")))
    agents = Agent.objects.working().select_related("user").annotate(shown=shown).order_by("pk")
    same_id = Q(pk=int(name)) if re.fullmatch(r"[0-9]{1,18}", name) else Q(pk=None)
    likely = Q(user__username__iexact=name) | Q(extension__iexact=name) | Q(shown__iexact=name) | same_id
    found = list(agents.filter(likely))
    return min(found, key=lambda agent: rank(agent, name), default=None) or by_phone(agents, name)


def rank(agent, name):
    folded = name.casefold()
    ways = agent.user.get_username().casefold(), agent.extension.casefold(), agent.shown.casefold()
    return ways.index(folded) if folded in ways else len(ways)


def by_phone(agents, number):
    """Their extension may be a whole number, written in any way."""
    if not normalise_phone(number).startswith("+"):
        return None
    phones = agents.exclude(extension="")
    return next((agent for agent in phones if key(agent.extension) == key(number)), None)


# --- what supervisors have set


def is_blocked(told):
    """Nothing is kept of calls from blocked numbers but the log."""
    if told.direction != Activity.IN:
        return False
    return BlockedNumber.objects.filter(
        number__in=[key(told.from_number, told.region), told.from_number]
    ).exists()


def dialling(told, payload):
    """How an outgoing call is to be dialled, if a caller-id rule says so: the longest matching prefix wins."""
    number = digits(dialled_phone(told.to_number, told.region))
    rules = [rule for rule in CallerIdRule.objects.all() if number.startswith(digits(rule.prefix))]
    if not rules:
        return {}
    rule = max(rules, key=lambda rule: len(digits(rule.prefix)))
    return {"action": "dial", "caller_id": rule.caller_id, "number": text(payload, "to")}


def digits(number):
    """With the country code, without what stands before it."""
    return "".join(character for character in number if character.isdecimal()).removeprefix("00")


# --- the log


def log(payload, status, answer):
    """Kept for 30 days; whatever was sent, a little of each field. A log that fails fails no call."""
    call_id = payload.get("callId", payload.get("call_id"))
    call_id = kept(call_id).strip()[:LONGEST] if isinstance(call_id, str) else ""
    try:
        request = {kept(name): kept_value(value) for name, value in list(payload.items())[:FIELDS_LOGGED]}
        CallLog.objects.create(call_id=call_id, request=request, status=status, answer=answer)
    except Exception:
        logger.exception("A call event could not be logged")


def kept_value(value):
    return [kept(each) for each in value[:FIELDS_LOGGED]] if isinstance(value, list) else kept(value)


def kept(value):
    return clean(value if isinstance(value, str) else repr(value))[:LONGEST_LOGGED]
