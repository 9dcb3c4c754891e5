"""Which changes of an interaction are history, and which are only bookkeeping."""

import uuid

import pgtrigger
import pytest
from django.db import connection

from activities import chat, remarks
from activities.models import Activity, Comment, Tag
from caredesk.stale import author_of
from queues import chats
from tests.cast import chat_in, held


def events(model, label=None):
    found = model.pgh_event_model.objects.order_by("pgh_id")
    return list(found.filter(pgh_label=label) if label else found)


@pytest.fixture
def activity(internet, ana):
    return held(chat_in(internet), by=ana).activity


@pytest.mark.rule("R53")
def test_talking_leaves_no_history(activity):
    before = len(events(Activity))
    chats.hear(activity, text="Hello?", uuid=uuid.uuid4())
    chat.here(activity.pk)
    chat.seen_by_agent(activity.pk, 1)
    assert len(events(Activity)) == before


def test_accepting_is_signed(activity, ana):
    assert author_of(events(Activity)[-1]) == ana.user.pk
    assert events(Activity)[-1].state == Activity.ACTIVE


@pytest.mark.rule("R52")
def test_tags_say_who_added_and_who_removed(activity, ana, marko):
    tag = remarks.add_tag(activity, "router", by=ana.user)
    remarks.remove_tag(activity, tag.pk, by=marko.user)
    told = [(event.pgh_label, event.name, author_of(event)) for event in events(Tag)]
    assert told == [("created", "router", ana.user.pk), ("deleted", "router", marko.user.pk)]


@pytest.mark.rule("R65")
def test_former_words_of_a_comment_stay_in_history(activity, ana):
    written = remarks.comment(activity, "Call back", by=ana.user)
    remarks.edit_comment(written, "Call back on Friday", by=ana.user)
    assert [event.text for event in events(Comment)] == ["Call back", "Call back on Friday"]


def test_triggers_need_no_error_to_know_that_they_are_wanted(activity):
    """Each would walk through all checks that wait for the end of the transaction (caredesk/settings.py)."""
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    with connection.cursor() as cursor:
        cursor.execute("SHOW pgtrigger.ignore")
        assert cursor.fetchone() == ("{}",)
