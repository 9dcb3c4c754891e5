"""What happened to an agent's state, their offer or their transfer, in words (R30 to R34, R43)."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caredesk.numbers import ROW, number
from queues import transferring
from queues.models import Agent, Offer

TOLD_MINUTES = 5


def notice_of(agent):
    """What made them Not Ready, if they did not choose it themselves; else nothing."""
    told = {
        Agent.NO_ANSWER: no_answer,
        Agent.DECLINED: declined,
        Agent.CONNECTION_LOST: lambda agent: _("The connection was lost, so you are Not Ready."),
        Agent.BY_SUPERVISOR: lambda agent: _("A supervisor set you Not Ready."),
    }
    return told[agent.reason](agent) if agent.reason in told else ""


def no_answer(agent):
    offer = last_of(agent, Offer.NO_ANSWER)
    if not offer:
        return _("No answer, so you are Not Ready.")
    words = ngettext(
        "No answer in %(seconds)d s: you are Not Ready. %(name)s goes to whoever is free next.",
        "No answer in %(seconds)d s: you are Not Ready. %(name)s goes to whoever is free next.",
        seconds_of(offer),
    )
    return words % {"seconds": seconds_of(offer), "name": offer.task.activity.shown_name}


def declined(agent):
    offer = last_of(agent, Offer.DECLINED)
    if not offer:
        return _("Declined, so you are Not Ready.")
    return _("You declined %(name)s and are Not Ready.") % {"name": offer.task.activity.shown_name}


def last_of(agent, outcome):
    """Their last offer by routing that ended so; a transfer changes nobody's state."""
    ended = Offer.objects.routed().filter(agent=agent, outcome=outcome)
    return ended.select_related("task__activity__customer").order_by("-pk").first()


def seconds_of(offer):
    return max(1, round((offer.expires_at - offer.offered_at).total_seconds()))


def why_gone(agent, slot):
    """Why the offer that was shown is not there any more, where neither the agent nor a notice says it."""
    kind, _dash, pk = slot.partition("-")
    if kind != "offer":
        return ""
    told = {
        Offer.CUSTOMER_LEFT: _("%(name)s has left."),
        Offer.TAKEN_BACK: _("%(name)s is not offered to you any more."),
        Offer.CONNECTION_LOST: _("%(name)s was offered to somebody else while you had no connection."),
    }
    offer = Offer.objects.filter(agent=agent, pk=number(pk, digits=ROW), outcome__in=told).first()
    return told[offer.outcome] % {"name": offer.task.activity.shown_name} if offer else ""


def transfer_of(task):
    """{"offer": the live transfer of this task in progress, "words": how the last one came back, lately}."""
    last = transferring.answer_to(task) if task.is_active and task.was_passed_on else None
    if not last or last.returns_to_id != task.agent_id:
        return {"offer": None, "words": ""}
    if not last.outcome:
        return {"offer": last, "words": ""}
    return {"offer": None, "words": came_back(last)}


def came_back(offer):
    told = {
        Offer.DECLINED: _("%(name)s declined the transfer. The task stays with you."),
        Offer.NO_ANSWER: _("%(name)s did not answer the transfer. The task stays with you."),
        Offer.CONNECTION_LOST: _("%(name)s lost the connection. The task stays with you."),
    }
    if offer.outcome not in told or offer.ended_at < timezone.now() - timedelta(minutes=TOLD_MINUTES):
        return ""
    return told[offer.outcome] % {"name": offer.agent.shown_name}
