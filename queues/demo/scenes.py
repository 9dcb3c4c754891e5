"""Plays one interaction from its first word to Close: chats, and calls of today, by the verbs."""

import itertools
import uuid
from dataclasses import replace
from datetime import timedelta

from django.utils.crypto import salted_hmac

from activities import chat, identity, joining, remarks
from activities.models import Activity, Call, Comment, Email, Message, Tag
from caredesk.history import acting
from caredesk.texts import fold
from queues import calls, chats, offering, offers, starting
from queues.accepting import accept
from queues.closing import Leftovers, close
from queues.models import Agent, Offer, Task
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
        play = self.chat if interaction.medium == Activity.CHAT else self.record
        play(customer, interaction, story, agent, opens)

    def chat(self, customer, interaction, story, agent, opens):
        task = self.arrive_by_chat(customer, interaction)
        self.clock.tick(self.dice.randint(15, 240))
        self.accept(task, agent)
        activity = self.identify(fresh(task.activity_id), customer, story, agent, opens)
        self.talk(activity, customer, interaction, agent)
        self.note(activity, interaction, agent)
        close(task.pk, Leftovers(), by=agent)
        if interaction.stars:
            self.clock.tick(20)
            chat.rate(activity, interaction.stars, interaction.praise)

    def accept(self, task, agent):
        """In an automatic queue it was offered to them a moment ago."""
        if task.queue.is_pick:
            accept(task.pk, by=agent)
            return
        offer = offering.make(task, agent)
        offers.accept(offer.pk, by=agent)
        moment = self.clock.moment
        begun = {"offered_at": moment - timedelta(seconds=5), "expires_at": moment + timedelta(seconds=10)}
        Offer.objects.filter(pk=offer.pk).update(ended_at=moment, **begun)
        Agent.objects.filter(pk=agent.pk).update(last_offered_at=begun["offered_at"])

    def arrive_by_chat(self, customer, interaction):
        activity, _token = starting.start(
            self.queues[interaction.queue],
            name=customer.name,
            email=customer.email,
            text=interaction.lines[0][1],
            address=customer.email,
            language=TAGS.get(customer.language, customer.language),
            page="https://shop.example/help",
        )
        return activity.tasks.get()

    def call(self, customer, queue, agent, minutes, comment):
        """A call of today, as the telephone system tells it."""
        told = self.ring(customer.phone, queue)
        self.clock.tick(self.dice.randint(5, 40))
        calls.answer(replace(told, agent=agent))
        self.clock.tick(minutes * 60)
        calls.hang_up(replace(told, cause="normalClearing"))
        task = Task.objects.select_related("activity").get(activity__call__call_id=told.call_id)
        remarks.comment(task.activity, comment, by=agent.user)
        close(task.pk, Leftovers(), by=agent)

    def ring(self, phone, queue):
        told = calls.Told(str(self.uuid()), from_number=phone, to_number=NUMBER, queue=self.queues[queue])
        calls.ring(told)
        return told

    def miss(self, phone, queue):
        """They ring for a while, and nobody answers."""
        told = self.ring(phone, queue)
        self.clock.tick(self.dice.randint(20, 60))
        calls.hang_up(replace(told, cause="cancel"))

    def record(self, customer, interaction, story, agent, opens):
        """Calls and e-mails of the past are stored as they ended."""
        queue, waiting_since = self.queues[interaction.queue], self.clock.moment
        activity = Activity(medium=interaction.medium, state=Activity.ENDED, started_at=waiting_since)
        held = Task(activity=activity, queue=queue, agent=agent, medium=activity.medium, state=Task.CLOSED)
        held.waiting_since, held.priority = waiting_since, queue.priority
        self.clock.tick(self.dice.randint(15, 240))
        held.accepted_at = self.clock.moment
        contents = getattr(self, f"{interaction.medium}_contents")(activity, customer, interaction, agent)
        activity.ended_at = held.ended_at = self.clock.moment
        with acting(agent.user):
            identity.recognise(activity, queue.country)
            activity.save()
            held.save()
            if activity.customer:
                joining.join(activity, by=agent.user)
            activity = self.identify(activity, customer, story, agent, opens)
            store([*contents, *self.remarks(activity, interaction, agent)])
        touch(activity.care_request_id)

    def call_contents(self, activity, customer, interaction, agent):
        activity.source_phone = customer.phone
        call = Call(activity=activity, call_id=str(self.uuid()), state=Call.ENDED, cause="normalClearing")
        call.from_number, call.to_number = customer.phone, NUMBER
        call.rang_at, call.answered_at, call.answered_by = (
            activity.started_at,
            self.clock.moment,
            agent.user,
        )
        self.clock.tick(int(interaction.about or 3) * 60 + self.dice.randint(0, 50))
        call.ended_at = self.clock.moment
        return [call]

    def email_contents(self, activity, customer, interaction, agent):
        activity.source_email, activity.source_name = customer.email, customer.name
        activity.subject = interaction.about
        activity.direction = Activity.IN if interaction.lines[0][0] == "<" else Activity.OUT
        emails = []
        for line in interaction.lines:
            emails.append(self.mail(activity, customer, line, agent, emails))
            self.clock.tick(self.dice.randint(300, 2400))
        return emails

    def mail(self, activity, customer, line, agent, before):
        sign, text = line
        theirs = sign == "<"
        return Email(
            activity=activity,
            direction=Activity.IN if theirs else Activity.OUT,
            message_id=f"<{self.uuid()}@post.example>",
            in_reply_to=before[-1].message_id if before else "",
            from_address=customer.email if theirs else ADDRESS,
            to_addresses=[ADDRESS if theirs else customer.email],
            subject=("Re: " if before else "") + activity.subject,
            text=said(text, customer),
            author=None if theirs else agent.user,
        )

    def remarks(self, activity, interaction, agent):
        by = agent.user
        tags = [Tag(activity=activity, name=tag, folded=fold(tag), added_by=by) for tag in interaction.tags]
        return tags + [Comment(activity=activity, author=by, text=text) for text in interaction.comments]

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

    def talk(self, activity, customer, interaction, agent):
        """Old words are stored all at once: nobody's lists are rung for each of them."""
        lines = []
        for seq, (sign, text) in enumerate(interaction.lines[1:], activity.last_seq + 1):
            self.clock.tick(self.dice.randint(15, 90))
            words = {"seq": seq, "uuid": self.uuid(), "text": said(text, customer)}
            lines.append(Message(activity=activity, **words, **speaker(sign, activity, agent)))
        Message.objects.bulk_create(lines)
        last = activity.last_seq + len(lines)
        Activity.objects.filter(pk=activity.pk).update(
            last_seq=last, customer_seen_seq=last, agent_seen_seq=last
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
        self.accept(task, agent)
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


def store(rows):
    """Rows of several tables, each table's at once."""
    for model, own in itertools.groupby(rows, key=type):
        model.objects.bulk_create(list(own))


def keep(activity_id):
    """No page of the customer is open, and none is missed: the chat stays until `simulate` goes on with it."""
    token = starting.hashed(token_of(activity_id))
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
