"""What an agent typed and has not saved: kept on the server within a second (R51)."""

from django.db import transaction
from django.db.models import Q

from activities.models import Draft
from caredesk.texts import clean

LONGEST = 20_000


def keep(agent, record, field, text):
    """Keep the draft of one field; an empty text forgets it. What is over 20,000 characters stays in the browser."""
    text = clean(text)
    if text and len(text) <= LONGEST:
        Draft.objects.update_or_create(agent=agent, record=record, field=field, defaults={"text": text})
    else:
        forget(agent, record, field)


def forget(agent, record, *fields):
    drafts = Draft.objects.filter(agent=agent, record=record)
    (drafts.filter(field__in=fields) if fields else drafts).delete()


def forget_all(agent, records):
    """Whatever this agent typed into these records."""
    Draft.objects.filter(agent=agent, record__in=records).delete()


def put(agent, record, texts):
    """Keep exactly these fields' texts, empty ones too; None forgets a field."""
    kept = {field: clean(text) for field, text in texts.items() if text is not None}
    with transaction.atomic():
        forget(agent, record, *(texts.keys() - kept.keys() or [""]))
        for field in sorted(kept):
            given = {"agent": agent, "record": record, "field": field}
            Draft.objects.update_or_create(**given, defaults={"text": kept[field]})


def of(agent, *records):
    """{record: {field: text}} of this agent's drafts for these records, in one query."""
    return standing(agent, *records)[0]


def standing(agent, *records):
    """The same, and beside it that of the notes which belong to no agent: ({…}, {…}), in one query."""
    mine, notes = {record: {} for record in records}, {record: {} for record in records}
    for draft in Draft.objects.filter(Q(agent=agent) | Q(agent=None), record__in=records):
        (mine if draft.agent_id else notes)[draft.record][draft.field] = draft.text
    return mine, notes


def move(agent, record, to, fields):
    """What was typed into these fields of a record stands in those of another from now on."""
    Draft.objects.filter(agent=agent, record=record, field__in=fields).update(record=to)
