"""Why a task waits still, and why a Ready agent has nothing to do: the same facts by which routing decides."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from queues import room
from queues.models import Offer, Task
from queues.routing import REFUSED, by_turn


def waiting(task):
    """[(agent, words)] of all members of its queue who may work, in the order in which they would get it."""
    members = [agent for agent in room.members_of(task.queue_id) if agent.is_active]
    if task.queue.is_pick:
        return [(agent, pick_words(agent)) for agent in members]
    able = by_turn(task, [agent for agent in members if room.fits(agent, task)])
    others = [agent for agent in members if agent not in able]
    live, refused = live_offer(task), refusals(task)
    told = [(agent, turn_words(task, place, refused.get(agent.pk))) for place, agent in enumerate(able)]
    return told + [(agent, bar_words(agent, task, live)) for agent in others]


def live_offer(task):
    return Offer.objects.live().filter(task=task).first()


def refusals(task):
    """{agent id: outcome} of those who declined or missed it, as they did last."""
    return dict(task.offers.filter(outcome__in=REFUSED).order_by("pk").values_list("agent", "outcome"))


def pick_words(agent):
    return _("Could pick it.") if agent.is_here else _("Not at their desk.")


def turn_words(task, place, refused):
    if task.state != Task.WAITING:
        return _("Free, and next if it is not accepted.") if not place else _("Free.")
    if refused:
        words = {Offer.DECLINED: _("Free, but declined it."), Offer.NO_ANSWER: _("Free, but missed it.")}
        return words[refused]
    return _("Free: whoever waits longer comes first.")


def bar_words(agent, task, live):
    if live and live.agent_id == agent.pk:
        return _("Is being offered this task.")
    if not agent.is_here:
        return _("Not at their desk.")
    if not agent.is_ready:
        return _("Not Ready: %(reason)s.") % {"reason": agent.shown_reason}
    if agent.is_offered:
        return _("Is being offered something else.")
    return room_words(agent, task.medium)


def room_words(agent, medium):
    bar = room.bar(agent, medium)
    if bar == room.IN_CALL:
        return _("In a call.")
    if bar == room.WRAPPING_UP:
        return _("Wrapping up a call.")
    if bar == room.FULL:
        return full_words(agent, medium)
    return _("Free: whoever waits longer comes first.")


def full_words(agent, medium):
    if medium == room.CHAT:
        words = ngettext("Has %(held)d chat of %(most)d.", "Has %(held)d chats of %(most)d.", agent.chats)
        return words % {"held": agent.chats, "most": agent.max_chats}
    words = ngettext("Has %(held)d e-mail of %(most)d.", "Has %(held)d e-mails of %(most)d.", agent.emails)
    return words % {"held": agent.emails, "most": agent.max_emails}


def idle(now):
    """Why nothing is offered to this Ready agent, in one line; "" when they are Not Ready, or something is.

    `now`: the agent with the facts of queues.room.
    """
    if not now.is_ready or now.is_offered:
        return ""
    if not now.offered_from:
        return _("None of your queues offers tasks: pick one.")
    if not now.is_here:
        return _("Your desk is not connected.")
    media = (
        Task.objects.waiting().filter(queue__in=now.offered_from).order_by().values_list("medium").distinct()
    )
    waits = [medium for (medium,) in media]
    if not waits:
        return _("Nobody waits in the queues that offer you tasks.")
    bars = [room.bar(now, medium) for medium in waits]
    return own_words(now, waits[0], bars[0]) if all(bars) else ""


def own_words(agent, medium, bar):
    if bar == room.IN_CALL:
        return _("Nothing that waits can be offered to you during a call.")
    if bar == room.WRAPPING_UP:
        return _("You are wrapping up a call.")
    if medium == room.CHAT:
        words = ngettext(
            "You have %(held)d chat of %(most)d: no room for those who wait.",
            "You have %(held)d chats of %(most)d: no room for those who wait.",
            agent.chats,
        )
        return words % {"held": agent.chats, "most": agent.max_chats}
    words = ngettext(
        "You have %(held)d e-mail of %(most)d: no room for those who wait.",
        "You have %(held)d e-mails of %(most)d: no room for those who wait.",
        agent.emails,
    )
    return words % {"held": agent.emails, "most": agent.max_emails}
