"""What the database itself refuses of interactions and what they consist of."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from activities.models import (
    Activity,
    Attachment,
    Call,
    Comment,
    Draft,
    Email,
    Interaction,
    Message,
    OpenCustomer,
    Outbox,
    RecentCustomer,
    Tag,
)
from customers.models import Customer
from requests_app.models import CareRequest
from tests.cast import ago
from tests.violations import refused, too_long

SAME = uuid.UUID(int=1)


def activity(cast, **values):
    return Activity.objects.create(**{"medium": "chat"} | values)


def message(cast, **values):
    given = {"activity": cast["activity"], "seq": 1, "side": "customer", "text": "Hello"}
    return Message.objects.create(**given | values)


def call(cast, **values):
    return Call.objects.create(**{"activity": cast["activity"], "call_id": "1"} | values)


def email(cast, **values):
    given = {"activity": cast["activity"], "direction": "in", "message_id": "<1@post.example>"}
    return Email.objects.create(**given | {"from_address": "jelena@post.example"} | values)


def attachment(cast, **values):
    return Attachment.objects.create(name="lamp.jpg", content_type="image/jpeg", size=1, **values)


def tag(cast, name="router", folded="router"):
    return Tag.objects.create(activity=cast["activity"], name=name, folded=folded)


def comment(cast, text):
    return Comment.objects.create(activity=cast["activity"], author=cast["ana"].user, text=text)


def opened(cast, **values):
    return OpenCustomer.objects.create(agent=cast["ana"].user, **values)


def interaction(cast, **values):
    return Interaction.objects.create(
        agent=cast["ana"].user, name="host-7", activity=cast["activity"], **values
    )


def twice(make, *, again=None, **values):
    """The same again, but for what `again` changes."""

    def violate(cast):
        make(cast, **values)
        make(cast, **values | (again or {}))

    return violate


def of_another_customer(cast):
    theirs = CareRequest.objects.create(customer=Customer.objects.create(first_name="Luka"))
    activity(cast, customer=cast["jelena"], care_request=theirs)


CASES = {
    "activity_is_a_chat_call_or_email": lambda cast: activity(cast, medium="fax"),
    "activity_comes_in_or_goes_out": lambda cast: activity(cast, direction="up"),
    "activity_has_a_known_state": lambda cast: activity(cast, state="lost"),
    "activity_with_a_request_has_a_customer": lambda cast: activity(cast, care_request=cast["request"]),
    "activity_is_in_a_request_of_its_own_customer": of_another_customer,
    "activity_rating_is_1_to_5": lambda cast: activity(cast, rating=6),
    "activity_ends_after_it_started": lambda cast: activity(cast, state="ended", ended_at=ago(seconds=1)),
    "activity_has_an_end_exactly_when_over": lambda cast: activity(cast, state="abandoned"),
    "activity_version_starts_at_1": lambda cast: activity(cast, version=0),
    "activity_has_its_own_chat_token": twice(activity, chat_token_hash="a" * 64),
    **too_long("activity", activity, ["subject", "source_name", "source_email", "source_phone"]),
    **too_long("activity", activity, ["source_page", "title_note", "description_note", "rating_comment"]),
    "message_number_is_used_once_a_conversation": twice(message),
    "message_is_stored_once_a_conversation": twice(message, uuid=SAME, again={"seq": 2}),
    "message_numbers_start_at_1": lambda cast: message(cast, seq=0),
    "message_has_a_known_side": lambda cast: message(cast, side="ghost"),
    "message_has_a_known_kind": lambda cast: message(cast, kind="shout"),
    "message_text_is_not_empty": lambda cast: message(cast, text=""),
    **too_long("message", message, ["text", "author_name"]),
    "call_is_new_answered_or_ended": lambda cast: call(cast, state="lost"),
    "call_has_an_end_only_when_ended": lambda cast: call(cast, ended_at=timezone.now()),
    **too_long("call", call, ["from_number", "to_number", "cause"]),
    "email_comes_in_or_goes_out": lambda cast: email(cast, direction="up"),
    "email_has_a_message_id": lambda cast: email(cast, message_id=""),
    "attachment_belongs_to_a_message_or_an_email": attachment,
    "attachment_has_both_measures_of_a_picture": lambda cast: attachment(
        cast, message=message(cast), width=640
    ),
    **too_long(
        "attachment",
        lambda cast, name: Attachment.objects.create(
            name=name, content_type="x/y", size=1, message=message(cast)
        ),
        ["name"],
    ),
    "tag_is_unique_within_its_activity": twice(tag, again={"name": "Router"}),
    "tag_is_not_empty": lambda cast: tag(cast, name=""),
    "tag_is_at_most_50_characters": lambda cast: tag(cast, name="x" * 51),
    "comment_is_not_empty": lambda cast: comment(cast, ""),
    **too_long("comment", comment, ["text"]),
    "draft_is_kept_once_an_agent_record_and_field": twice(
        lambda cast: Draft.objects.create(agent=None, record="activity-1", field="title", text="Router")
    ),
    "customer_is_open_once_an_agent": lambda cast: twice(opened, customer=cast["jelena"])(cast),
    "activity_is_open_once_an_agent": lambda cast: twice(opened, activity=cast["activity"])(cast),
    "interaction_is_reported_once_an_agent": twice(interaction),
    **too_long("interaction", interaction, ["external_id"]),
    "open_customer_is_somebody_or_something": opened,
    "customer_is_recent_once_an_agent": twice(
        lambda cast: RecentCustomer.objects.create(agent=cast["ana"].user, customer=cast["jelena"])
    ),
    **too_long(
        "outbox", lambda cast, error: Outbox.objects.create(kind="x", payload={}, error=error), ["error"]
    ),
}


@pytest.mark.rule("R50", "R61", "R62")
@pytest.mark.parametrize("name", CASES)
def test_database_refuses(name, ana, jelena):
    cast = {"ana": ana, "jelena": jelena, "activity": Activity.objects.create(medium="chat")}
    cast["request"] = CareRequest.objects.create(customer=jelena)
    assert refused(lambda: CASES[name](cast)) == name


def test_call_that_ended_says_when(db):
    cast = {"activity": Activity.objects.create(medium="call")}
    assert refused(lambda: call(cast, state="ended")) == "call_has_an_end_only_when_ended"


def test_activity_that_goes_on_has_no_end(db):
    told = refused(lambda: activity({}, state="active", ended_at=timezone.now() + timedelta(hours=1)))
    assert told == "activity_has_an_end_exactly_when_over"


def test_attachment_is_not_of_both(db):
    cast = {"activity": Activity.objects.create(medium="email")}
    both = {"message": message(cast), "email": email(cast)}
    assert refused(lambda: attachment(cast, **both)) == "attachment_belongs_to_a_message_or_an_email"


@pytest.mark.rule("R61")
def test_tag_of_fifty_characters_is_stored(db):
    cast = {"activity": Activity.objects.create(medium="chat")}
    assert len(tag(cast, name="ğ" * 50).name) == 50


def test_merging_takes_activities_along_with_their_request(jelena):
    """The composite key follows its request: no activity is left behind with the former customer."""
    care_request = CareRequest.objects.create(customer=jelena)
    moved = Activity.objects.create(medium="chat", customer=jelena, care_request=care_request)
    luka = Customer.objects.create(first_name="Luka")
    CareRequest.objects.filter(pk=care_request.pk).update(customer=luka)
    moved.refresh_from_db()
    assert moved.customer == luka
