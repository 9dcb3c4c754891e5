"""What supervisors do in the administration with agents and their tasks: by verbs, asked first, signed (R120)."""

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from caredesk.stale import author_of
from queues import offering, presence, states
from queues.models import Agent, CallLog, Offer, Queue, Task
from requests_app.models import CareRequest
from requests_app.solving import mark_solved
from tests.beside import text
from tests.cast import at_work, call_in, chat_in, chat_of, held

pytestmark = pytest.mark.rule("R120")


@pytest.fixture
def at_admin(sonja):
    client = Client()
    client.force_login(sonja.user, backend="queues.backends.DeskBackend")
    return client


@pytest.fixture
def task(ana, internet):
    return held(chat_in(internet), by=ana)


def path(model, page="changelist", *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def act(client, action, *rows, **more):
    given = {"action": action, "_selected_action": [row.pk for row in rows]} | more
    return client.post(path(type(rows[0])), given)


def confirm(client, action, *rows, **more):
    """The question, then its answer."""
    asked = act(client, action, *rows)
    assert asked.status_code == 200
    assert str(rows[0]) in asked.content.decode()
    return act(client, action, *rows, confirmed="yes", **more)


def told(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def author(model):
    return author_of(model.pgh_event_model.objects.order_by("pgh_id").last())


class Test_agents:
    def test_are_set_not_ready(self, at_admin, ana, marko, sonja):
        states.ready(by=ana)
        assert told(act(at_admin, "set_not_ready", ana, marko)) == ["1 agent was set Not Ready."]
        ana.refresh_from_db()
        assert (ana.state, ana.reason) == ("not_ready", "by_supervisor")
        assert author(Agent) == sonja.user_id

    def test_who_have_nothing_to_do_have_a_reason(self, at_admin, ana, billing):
        at_work(ana)
        page = text(at_admin.get(path(Agent, "change", ana.pk)))
        assert "Nobody waits in the queues that offer you tasks." in page

    def test_lose_their_offer_by_that(self, at_admin, ana, billing):
        presence.renew(ana.pk, "one")
        states.ready(by=ana)
        offer = offering.make(chat_in(billing), ana)
        act(at_admin, "set_not_ready", ana)
        assert Offer.objects.get(pk=offer.pk).outcome == "taken_back"

    def test_hand_over_to_the_queues(self, at_admin, ana, task, internet):
        other = held(chat_in(internet), by=ana)
        assert told(confirm(at_admin, "hand_over", ana)) == ["2 tasks were handed over."]
        assert Task.objects.waiting().filter(pk__in=[task.pk, other.pk]).count() == 2

    def test_hand_over_to_another(self, at_admin, ana, marko, task, sonja):
        assert told(confirm(at_admin, "hand_over", ana, to=marko.pk)) == ["1 task was handed over."]
        task.refresh_from_db()
        assert task.agent == marko
        assert author(Task) == sonja.user_id

    def test_what_cannot_be_handed_over_is_said(self, at_admin, ana, marko, internet):
        held(call_in(internet), by=ana)
        held(call_in(internet), by=marko)
        said = told(confirm(at_admin, "hand_over", ana, to=marko.pk))
        assert said[0] == "0 tasks were handed over."
        assert said[1].startswith("Not done: ")

    def test_nothing_happens_before_the_answer(self, at_admin, ana, marko, task):
        assert b"Back to their queues" in act(at_admin, "hand_over", ana).content
        for nobody in (999, ana.pk):
            assert act(at_admin, "hand_over", ana, confirmed="yes", to=nobody).status_code == 200
        task.refresh_from_db()
        assert task.agent == ana
        assert told(act(at_admin, "hand_over", marko)) == ["Not done: these agents have no task in progress"]

    def test_limits_leave_a_state_alone_that_changes_meanwhile(self, at_admin, ana, sonja):
        page = path(Agent, "change", ana.pk)
        form = at_admin.get(page)
        states.ready(by=ana)
        formset = form.context_data["inline_admin_formsets"][0].formset
        given = {bound.html_name: bound.value() for bound in formset.management_form}
        for row in formset.forms:
            given |= {bound.html_name: bound.value() for bound in row if bound.value() is not None}
        given |= {"extension": "204", "max_chats": 4, "max_emails": 2, "offers_during_call": "on"}
        assert at_admin.post(page, given).status_code == 302
        ana.refresh_from_db()
        assert (ana.max_chats, ana.extension, ana.is_ready) == (4, "204", True)
        assert author(Agent) == sonja.user_id


class Test_tasks:
    def test_are_taken_over(self, at_admin, task, sonja):
        assert told(act(at_admin, "take_over", task)) == ["1 task is Sonja de Wit's now."]
        task.refresh_from_db()
        assert task.agent == sonja

    def test_are_given_to_another(self, at_admin, task, marko, internet):
        waiting = chat_in(internet)
        said = told(confirm(at_admin, "reassign", task, waiting, to=marko.pk))
        assert said == ["2 tasks are Marko Babić's now."]
        assert set(Task.objects.active().values_list("agent", flat=True)) == {marko.pk}

    def test_go_back_in_line(self, at_admin, task):
        assert told(confirm(at_admin, "requeue", task)) == ["1 task waits in line."]
        task.refresh_from_db()
        assert (task.state, task.priority) == ("waiting", 0)

    def test_are_closed(self, at_admin, task, sonja):
        assert told(confirm(at_admin, "close", task)) == ["1 task was closed."]
        assert told(confirm(at_admin, "close", task)) == ["0 tasks were closed."]
        task.refresh_from_db()
        assert task.state == "closed"
        assert task.activity.messages.last().author == sonja.user

    def test_that_wait_have_a_reason_for_everybody(self, at_admin, ana, marko, billing):
        at_work(ana)
        states.not_ready(by=ana)
        chat_in(billing)
        second = chat_in(billing)
        page = text(at_admin.get(path(Task, "change", second.pk)))
        assert "Ana Kovač: Not Ready: Other." in page
        assert "Marko Babić: Not at their desk." in page

    def test_that_are_in_progress_wait_for_nobody(self, at_admin, task):
        assert "Could pick it." not in text(at_admin.get(path(Task, "change", task.pk)))

    def test_that_are_over_are_not_moved(self, at_admin, task):
        confirm(at_admin, "close", task)
        assert told(act(at_admin, "take_over", task))[-1] == "Not done: This task is over."


@pytest.mark.parametrize("action", ["take_over", "reassign", "requeue", "close"])
def test_actions_are_for_supervisors(client, action, task, ana, mallory):
    for user in (None, mallory, ana.user):
        if user:
            client.force_login(user, backend="queues.backends.DeskBackend")
        assert act(client, action, task, confirmed="yes", to=ana.pk).status_code in (302, 403)
        task.refresh_from_db()
        assert (task.state, task.agent) == ("active", ana)


def test_who_may_only_look_is_offered_no_action(client, mallory, task):
    mallory.is_staff = True
    mallory.save()
    mallory.user_permissions.set([permission("queues", "view_task"), permission("queues", "view_agent")])
    client.force_login(mallory, backend="queues.backends.DeskBackend")
    page = client.get(path(Task))
    assert page.status_code == 200
    assert b"take_over" not in page.content
    act(client, "close", task, confirmed="yes")
    task.refresh_from_db()
    assert task.is_active


def permission(app, codename):
    return Permission.objects.get(content_type__app_label=app, codename=codename)


class Test_queues:
    def save(self, client, queue, **typed):
        form = client.get(path(Queue, "change", queue.pk))
        given = {bound.html_name: bound.value() for bound in form.context_data["adminform"].form}
        formset = form.context_data["inline_admin_formsets"][0].formset
        given |= {bound.html_name: bound.value() for bound in formset.management_form}
        given = {name: value for name, value in given.items() if value is not None}
        return client.post(path(Queue, "change", queue.pk), given | typed)

    def test_hours_are_written_in_lines(self, at_admin, internet):
        assert self.save(at_admin, internet, hours="mon-fri 09:00-17:00", country="rs").status_code == 302
        internet.refresh_from_db()
        assert internet.hours["fri"] == [["09:00", "17:00"]]
        assert internet.country == "RS"
        assert "mon-fri 09:00-17:00" in at_admin.get(path(Queue, "change", internet.pk)).content.decode()

    @pytest.mark.parametrize(("field", "text"), [("hours", "monday"), ("country", "XX"), ("country", "1")])
    def test_what_cannot_be_is_told_beside_its_field(self, at_admin, internet, field, text):
        answer = self.save(at_admin, internet, **{field: text})
        assert field in answer.context_data["adminform"].form.errors

    def test_saving_counts_nothing_back(self, at_admin, internet, monkeypatch):
        """The number of the line goes on while a supervisor's page is saved."""
        clean = Queue.full_clean

        def meanwhile(queue, *args, **kwargs):
            Queue.objects.filter(pk=internet.pk).update(seq=500)
            clean(queue, *args, **kwargs)

        monkeypatch.setattr(Queue, "full_clean", meanwhile)
        self.save(at_admin, internet, name="Web")
        internet.refresh_from_db()
        assert internet.seq > 500
        assert internet.name == "Web"


def test_the_log_of_telephone_systems_is_searched_within(at_admin):
    sent = {"event": "newCall", "direction": "in", "from": "31207940800", "to": "800"}
    CallLog.objects.create(call_id="abc-1", request=sent, status=200)
    CallLog.objects.create(call_id="abc-2", request={}, status=422, answer={"error": "Invalid direction!"})
    for words, found in (("3120794", 1), ("newCall abc", 1), ("invalid", 1), ("abc", 2), ("nothing", 0)):
        page = at_admin.get(path(CallLog), {"q": words})
        assert len(page.context_data["cl"].result_list) == found, words
    assert "31207940800" in at_admin.get(path(CallLog)).content.decode()


def test_a_request_says_when_it_closes_by_itself(at_admin, ana, internet, jelena):
    request = held(chat_of(jelena, internet), by=ana).activity.care_request
    page = path(CareRequest, "change", request.pk)
    assert "not while work goes on" in at_admin.get(page).content.decode()
    mark_solved(request, by=ana.user)
    assert "when its last interaction ends" in at_admin.get(page).content.decode()
