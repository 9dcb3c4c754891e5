"""Who else has a customer, request or activity in view: "Ana is here". Said from desk to desk over Redis and stored
nowhere; who says nothing for half a minute has left. It keeps nobody from anything."""

import time

from django.utils.translation import gettext, ngettext

from caredesk import realtime

EXPIRES = 25  # said at every tick, and looked at then
KINDS = ("customer-", "request-", "activity-")


def meeting_of(names):
    """The group in which the desks meet that show these records: the customer's, else that of the activity."""
    for kind in ("customer-", "activity-"):
        for name in sorted(names):
            if name.startswith(kind):
                return f"here-{name}"
    return ""


class Company:
    """The other desks that one desk meets; its agent's own other tabs are no company."""

    def __init__(self, desk):
        self.desk, self.names, self.desks, self.told = desk, [], {}, {}

    @property
    def meeting(self):
        return meeting_of(self.names)

    def move(self, names, agent):
        """From now on these records are in view: say so, and ask who else is there; elsewhere one has left."""
        names = sorted(name for name in names if name.startswith(KINDS))
        if meeting_of(names) != self.meeting:
            self.leave(agent)
        if names != self.names:
            self.names = names
            self.greet(agent, asks=True)

    def leave(self, agent):
        self.say([], agent)
        self.names, self.desks = [], {}

    def greet(self, agent, *, asks=False):
        self.say(self.names, agent, asks=asks)

    def say(self, names, agent, *, asks=False):
        if self.meeting and agent:
            event = {"type": "record.here", "desk": self.desk, "names": names, "asks": asks}
            names = (agent.user.first_name or agent.shown_name, agent.shown_name)
            event |= {"meeting": self.meeting, "agent": agent.pk, "who": names}
            realtime.post(self.meeting, event)

    def hear(self, event, agent):
        """Another desk shows something of this customer, or no more. One that has just come is answered."""
        if event["desk"] == self.desk or event["meeting"] != self.meeting:
            return
        if event["names"]:
            self.desks[event["desk"]] = event | {"heard": time.monotonic()}
        else:
            self.desks.pop(event["desk"], None)
        if event["asks"]:
            self.greet(agent)

    def tick(self, agent):
        self.greet(agent)
        limit = time.monotonic() - EXPIRES
        self.desks = {desk: event for desk, event in self.desks.items() if event["heard"] > limit}

    def turn(self, live, agent):
        """Without Redis nobody is known to be here; when it is back, everybody is asked again."""
        self.desks = {}
        if live:
            self.greet(agent, asks=True)

    def news(self, agent):
        """{"request-42": ["Ana is here", "Ana Kovač is here"]} of the records in view; None while that is what was told
        last."""
        found = {}
        for event in self.desks.values():
            for name in event["names"] if event["agent"] != agent.pk else ():
                found.setdefault(name, set()).add(tuple(event["who"]))
        here = {name: told(found[name]) for name in self.names if name in found}
        if here == self.told:
            return None
        self.told = here
        return here


def told(people):
    """Short and in full."""
    return [words(names) for names in zip(*sorted(people), strict=True)]


def words(people):
    joined = people[-1]
    if people[:-1]:
        joined = gettext("%(names)s and %(last)s") % {"names": ", ".join(people[:-1]), "last": people[-1]}
    return ngettext("%(names)s is here", "%(names)s are here", len(people)) % {"names": joined}
