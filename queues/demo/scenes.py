"""Plays one interaction from its first word to Close, by the verbs that the pages call."""

import uuid

from django.db import transaction
from django.utils.crypto import salted_hmac

from activities import chat, identity, joining, remarks
from activities.models import Activity, Call, Email, Message
from caredesk.history import acting
from caredesk.stale import locked
from queues import chats
from queues.accepting import accept
from queues.closing import Leftovers, close
from requests_app.editing import save_details, touch

TAGS = {"sr": "sr-latn"}
NUMBER = "+31207940800"
ADDRESS = "care@desk.example"


class Stage:
    """Where scenes are played: the clock, the dice that make times differ, queues by slug."""

    def __init__(self, clock, dice, queues):
        self.clock, self.dice, self.queues = clock, dice, queues

    def play(self, customer, interaction, story, agent, *, opens):
        """`opens`: with this interaction the story, and so a request of its own, begins."""
        task = getattr(self, f"arrive_by_{interaction.medium}")(customer, interaction)
        self.clock.tick(self.dice.randint(15, 240))
        accept(task.pk, by=agent)
        activity = self.identify(fresh(task.activity_id), customer, story, agent, opens)
        getattr(self, f"talk_by_{interaction.medium}")(activity, customer, interaction, agent)
        self.note(activity, interaction, agent)
        close(task.pk, Leftovers(), by=agent)
        if interaction.stars:
            self.clock.tick(20)
            chat.rate(activity, interaction.stars, interaction.praise)

    def arrive_by_chat(self, customer, interaction):
        activity, _token = chats.start(
            self.queues[interaction.queue],
            name=customer.name,
            email=customer.email,
            text=interaction.lines[0][1],
            address=customer.email,
            language=TAGS.get(customer.language, customer.language),
            page="https://shop.example/help",
        )
        return activity.tasks.get()

    def arrive_by_call(self, customer, interaction):
        task = self.arrive(interaction, Activity.CALL, source_phone=customer.phone)
        Call.objects.create(
            activity=task.activity, call_id=str(self.uuid()), from_number=customer.phone, to_number=NUMBER
        )
        return task

    def arrive_by_email(self, customer, interaction):
        theirs = interaction.lines[0][0] == "<"
        task = self.arrive(
            interaction,
            Activity.EMAIL,
            source_email=customer.email,
            source_name=customer.name,
            subject=interaction.about,
            direction=Activity.IN if theirs else Activity.OUT,
        )
        if theirs:
            self.mail(task.activity, customer, interaction.lines[0])
        return task

    def arrive(self, interaction, medium, **source):
        queue = self.queues[interaction.queue]
        activity = Activity(medium=medium, **source)
        identity.recognise(activity, queue.country)
        with acting(None):
            activity.save()
            return chats.wait_in(queue, activity)

    def identify(self, activity, customer, story, agent, opens):
        """The agent makes sure who it is and what it is about; return the activity as it is then."""
        details = {"title": story.title, "description": story.description}
        if not activity.customer_id:
            joining.note(activity, details)
            identity.create_customer(activity, customer.stored, by=agent.user)
        elif opens:
            care_request = activity.care_request
            if care_request.title:
                care_request = joining.add_request(activity, by=agent.user)
            save_details(care_request, details, version=care_request.version, by=agent.user)
            activity.care_request = care_request
            if not activity.verified and self.dice.random() < 0.8:
                identity.confirm(activity, by=agent.user)
        return activity

    def talk_by_chat(self, activity, customer, interaction, agent):
        """What was said is kept as it is said, but nobody's lists are rung for each old word."""
        with transaction.atomic():
            activity = locked(activity)
            for sign, text in interaction.lines[1:]:
                self.clock.tick(self.dice.randint(15, 90))
                chat.append(
                    activity, text=said(text, customer), uuid=self.uuid(), **speaker(sign, activity, agent)
                )
            touch(activity.care_request_id)
        chat.seen_by_customer(activity.pk, activity.last_seq)

    def talk_by_call(self, activity, customer, interaction, agent):
        call = activity.call
        call.state, call.answered_at, call.answered_by = Call.ANSWERED, self.clock.moment, agent.user
        self.clock.tick(int(interaction.about or 3) * 60 + self.dice.randint(0, 50))
        call.state, call.ended_at, call.cause = Call.ENDED, self.clock.moment, "normalClearing"
        call.save()
        touch(activity.care_request_id)

    def talk_by_email(self, activity, customer, interaction, agent):
        last = activity.emails.last()
        for line in interaction.lines[1 if last else 0 :]:
            self.clock.tick(self.dice.randint(300, 2400))
            last = self.mail(activity, customer, line, agent, last)
        touch(activity.care_request_id)

    def mail(self, activity, customer, line, agent=None, last=None):
        sign, text = line
        theirs = sign == "<"
        return Email.objects.create(
            activity=activity,
            direction=Activity.IN if theirs else Activity.OUT,
            message_id=f"<{self.uuid()}@post.example>",
            in_reply_to=last.message_id if last else "",
            from_address=customer.email if theirs else ADDRESS,
            to_addresses=[ADDRESS if theirs else customer.email],
            subject=("Re: " if last else "") + activity.subject,
            text=said(text, customer),
            author=None if theirs else agent.user,
        )

    def note(self, activity, interaction, agent):
        for tag in interaction.tags:
            self.clock.tick(4)
            remarks.add_tag(activity, tag, by=agent.user)
        for text in interaction.comments:
            self.clock.tick(self.dice.randint(10, 60))
            remarks.comment(activity, text, by=agent.user)

    def hold(self, customer, interaction, agent, title):
        """A chat that is in progress now; what the customer said last is unread."""
        task = self.arrive_by_chat(customer, interaction)
        self.clock.tick(self.dice.randint(15, 60))
        accept(task.pk, by=agent)
        activity = fresh(task.activity_id)
        for sign, text in interaction.lines[1:]:
            self.clock.tick(self.dice.randint(15, 90))
            words = {"text": said(text, customer), "uuid": self.uuid()}
            if sign == "<":
                chats.hear(activity, **words)
            else:
                chats.answer(task.pk, by=agent, **words)
        if title:
            care_request = activity.care_request
            save_details(care_request, {"title": title}, version=care_request.version, by=agent.user)
        self.note(activity, interaction, agent)
        keep(activity.pk)

    def wait(self, customer, interaction):
        """A chat that waits now."""
        keep(self.arrive_by_chat(customer, interaction).activity_id)

    def give_up(self, customer, interaction):
        """Nobody accepts in time, and the customer leaves."""
        task = self.arrive_by_chat(customer, interaction)
        self.clock.tick(self.dice.randint(40, 160))
        chats.leave(task.activity_id)

    def uuid(self):
        return uuid.UUID(int=self.dice.getrandbits(128), version=4)


def keep(activity_id):
    """No page of the customer is open, and none is missed: the chat stays until `simulate` goes on with it."""
    token = chats.hashed(token_of(activity_id))
    Activity.objects.filter(pk=activity_id).update(customer_seen_at=None, chat_token_hash=token)


def token_of(activity_id):
    """The customer's token of a demo chat: made of this installation's key, so that it is stored nowhere."""
    return salted_hmac("queues.demo", str(activity_id), algorithm="sha256").hexdigest()


def said(text, customer):
    return text.format(name=customer.first_name)


def speaker(sign, activity, agent):
    if sign == "<":
        return {"side": Message.CUSTOMER, "author_name": activity.source_name}
    return {"side": Message.AGENT, "author": agent.user, "author_name": agent.shown_name}


def fresh(activity_id):
    return Activity.objects.select_related("customer", "care_request").get(pk=activity_id)
