"""The same as `queues.watching` of the gadget: a customer is open where on the desk a task is selected."""

from activities.models import OpenCustomer
from queues.permissions import watchable
from queues.stamps import gadget_state, opened_stamp
from queues.watching import News, View

OPEN = "open"


def view_of(agent, opened_id, records):
    view = View(names=frozenset(watchable(agent, records)))
    found = opened_id and mine(agent, opened_id).first()
    if found:
        view.task_id, view.activity_id = found.pk, found.activity_id
    return view


def news_of(agent, view):
    news = News(state=gadget_state(agent.user_id))
    if view.task_id:
        news.may_see = bool(state_seen(agent, view.task_id))
        if news.may_see:
            news.stamp = opened_stamp(view.task_id)
    return news


def state_seen(agent, opened_id):
    return OPEN if mine(agent, opened_id).exists() else None


def mine(agent, opened_id):
    return OpenCustomer.objects.filter(pk=opened_id, agent=agent.user_id)
