"""What supervisors may look up later: queues, members, agents, tasks."""

from caredesk.stale import author_of
from queues import offers, routing, transferring
from queues.agents import create
from queues.models import Agent, Offer, Queue, QueueMember, Task
from queues.supervising import set_up_queue
from tests.cast import at_work, chat_in, held, sit_down


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


def test_offer_says_who_declined_and_who_took_it_back(billing, ana, marko, sonja):
    task = chat_in(billing)
    at_work(ana)
    routing.route()
    offers.decline(offers.open_offer(ana).pk, by=ana)
    sit_down(marko)
    transferring.to_agent(held(task, sonja).pk, marko, note="", by=sonja)
    transferring.cancel(task.pk, by=sonja)
    of = Offer.pgh_event_model.objects.exclude(agent=sonja).order_by("pgh_id")
    assert [(event.agent_id, event.outcome, author_of(event)) for event in of] == [
        (ana.pk, "", None),
        (ana.pk, Offer.DECLINED, ana.user_id),
        (marko.pk, "", sonja.user_id),
        (marko.pk, Offer.TAKEN_BACK, sonja.user_id),
    ]
