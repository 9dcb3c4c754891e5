"""What an agent typed and has not saved: kept on the server within a second (R51)."""

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


def of(agent, *records):
    """{record: {field: text}} of this agent's drafts for these records, in one query."""
    kept = {record: {} for record in records}
    for draft in Draft.objects.filter(agent=agent, record__in=records):
        kept[draft.record][draft.field] = draft.text
    return kept
