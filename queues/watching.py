"""What the socket of a desk may hear of, and what its page compares with what it shows."""

from dataclasses import dataclass

from caredesk.places import Looked
from queues.desk import bearings, state_word
from queues.models import Task
from queues.permissions import visible_to, watchable
from queues.stamps import facts_of, looked_stamp


@dataclass
class View:
    """What the page looks at, as far as its agent may: a task, or a customer who was found by search."""

    task_id: int | None = None
    looked: Looked | None = None
    activity_id: int | None = None
    is_mine: bool = False
    names: frozenset = frozenset()
    queues: frozenset = frozenset()

    @property
    def groups(self):
        talk = {f"talk-{self.activity_id}"} if self.activity_id else set()
        return self.names | self.queues | talk

    @property
    def place(self):
        return self.looked or self.task_id


@dataclass
class News:
    """What the page compares with what it shows. `may_see`: nothing has been taken from its view."""

    state: str | None
    stamp: str = ""
    talk: int = 0
    may_see: bool = True
    queues: frozenset = frozenset()


def view_of(agent, place, records):
    found = bearings(agent.pk)
    looked = place if isinstance(place, Looked) else None
    names = frozenset(watchable(agent, records, looked))
    view = View(looked=looked, names=names, queues=groups_of(found))
    task = place and not looked and visible_to(agent).filter(pk=place).first()
    if task:
        view.task_id, view.activity_id, view.is_mine = task.pk, task.activity_id, task.state == Task.ACTIVE
    return view


def news_of(agent, view):
    found = bearings(agent.pk)
    news = News(state=found and state_word(*found), queues=groups_of(found))
    if view.task_id:
        news.may_see = bool(state_seen(agent, view.task_id))
        if news.may_see:
            news.stamp, news.talk = facts_of(view.task_id)
    elif view.looked:
        news.stamp = looked_stamp(view.looked)
    return news


def groups_of(found):
    return frozenset(f"queue-{pk}" for pk, _seq in found[2]) if found else frozenset()


def state_seen(agent, task_id):
    return visible_to(agent).filter(pk=task_id).values_list("state", flat=True).first()
