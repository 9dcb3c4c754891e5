"""What supervisors may look up later: queues, members, agents, tasks."""

from caredesk.stale import author_of
from queues.agents import create
from queues.models import Agent, Queue, QueueMember, Task
from queues.supervising import set_up_queue
from tests.cast import chat_in, held


def last(model):
    return model.pgh_event_model.objects.order_by("pgh_id").last()


def test_queue_says_who_changed_its_mode(internet, sonja):
    set_up_queue("internet", mode="automatic", by=sonja.user)
    assert (last(Queue).mode, author_of(last(Queue))) == ("automatic", sonja.user.pk)


def test_ringing_a_queue_or_a_desk_is_no_history(internet, ana):
    before = Queue.pgh_event_model.objects.count(), Agent.pgh_event_model.objects.count()
    held(chat_in(internet), by=ana)
    assert (Queue.pgh_event_model.objects.count(), Agent.pgh_event_model.objects.count()) == before


def test_membership_is_signed(internet, ana, sonja):
    other = Queue.objects.create(slug="other", name="Other")
    create("ana", password=None, queues=[other], by=sonja.user)
    assert (last(QueueMember).queue_id, author_of(last(QueueMember))) == (other.pk, sonja.user.pk)


def test_task_tells_its_way(internet, ana):
    task = held(chat_in(internet), by=ana)
    told = [(event.state, event.agent_id) for event in Task.pgh_event_model.objects.order_by("pgh_id")]
    assert told == [("waiting", None), ("active", ana.pk)]
    assert author_of(last(Task)) == task.agent.user_id
