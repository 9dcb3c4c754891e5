"""Agents and supervisors: making them, and ending what they may do."""

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from caredesk.history import acting
from caredesk.realtime import publish
from queues import routing
from queues.bells import ring_desk
from queues.models import Agent, QueueMember
from queues.supervising import supervisors


def create(name, *, password, queues=(), supervisor=False, by=None):
    """Make an agent, or bring an existing one up to this; return (agent, whether it is new).

    An existing agent keeps password and queues; queues are added.
    """
    with transaction.atomic(), acting(by):
        user, new = get_user_model().objects.get_or_create(username=name)
        if new:
            user.set_password(password)
            user.save()
        if supervisor:
            promote(user, by=by)
        agent, _made = Agent.objects.get_or_create(user=user)
        add_to(queues, agent, by=by)
    return agent, new


def check(name, password):
    """Raise ValidationError when this is no user name, or a password that this user must not have."""
    user = get_user_model()(username=name)
    user.clean_fields(exclude=["password"])
    validate_password(password, user)


def add_to(queues, agent, *, by=None):
    """Make the agent a member of these queues; return those that were new to them."""
    with transaction.atomic(), acting(by):
        joined = [queue for queue in queues if QueueMember.objects.get_or_create(queue=queue, agent=agent)[1]]
        if joined:
            queues_changed(agent)
    return joined


def remove_from(queues, agent, *, by=None):
    """The agent no longer works in these queues; what they have in progress stays theirs."""
    with transaction.atomic(), acting(by):
        if QueueMember.objects.filter(queue__in=queues, agent=agent).delete()[0]:
            queues_changed(agent)


def queues_changed(agent):
    ring_desk(agent.pk, agent.user_id)
    rights_changed(agent.user)
    routing.soon()


def set_limits(agent, limits, *, by=None):
    """What a supervisor sets for an agent: {"max_chats": 4, …}; only these columns, for their state is their own."""
    with transaction.atomic(), acting(by):
        Agent.objects.filter(pk=agent.pk).update(**limits)
        ring_desk(agent.pk, agent.user_id)
        routing.soon()


def set_language(agent, code, *, by):
    """The language in which the agent reads, on every machine from the next log-in on."""
    with transaction.atomic(), acting(by):
        Agent.objects.filter(pk=agent.pk).exclude(language=code).update(language=code)


def rename(agent, first_name, last_name, *, by=None):
    """The name that colleagues and customers see."""
    with transaction.atomic(), acting(by):
        agent.user.first_name, agent.user.last_name = first_name, last_name
        agent.user.save(update_fields=["first_name", "last_name"])


def promote(user, *, by=None):
    """A supervisor is an agent who may use the admin."""
    with transaction.atomic(), acting(by):
        user.is_staff = True
        user.save(update_fields=["is_staff"])
        user.groups.add(supervisors())
        rights_changed(user)


def disable(user, *, by):
    """Nobody is logged in any more as this user, in pages or open desks."""
    set_active(user, False, by=by)


def enable(user, *, by):
    """They may log in again; who comes back to a desk that is still open is offered work again."""
    set_active(user, True, by=by)


def set_active(user, is_active, *, by):
    with transaction.atomic(), acting(by):
        user.is_active = is_active
        user.save(update_fields=["is_active"])
        rights_changed(user)
        routing.soon()


def rights_changed(user):
    """Make the user's open desks ask again what they may do."""
    publish(f"desk-{user.pk}", {"type": "rights.changed"})
