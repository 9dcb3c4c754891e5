"""Mark solved (R8): the request closes when its last live interaction ends; until then it can be taken back."""

import pytest

from activities import autoclose, identity, joining, moving
from activities.joining import put_into
from activities.models import Activity
from customers import editing
from queues import chats
from queues.closing import Leftovers, close
from requests_app.editing import Closed, reopen
from requests_app.models import CareRequest
from requests_app.solving import keep_open, mark_solved
from tests.beside import html, text, toast
from tests.cast import ago, chat_of, held, over
from tests.racing import race

pytestmark = pytest.mark.rule("R8")


@pytest.fixture
def care_request(jelena):
    return CareRequest.objects.create(customer=jelena, title="Slow")


class Test_the_verb:
    def test_without_anything_going_on_it_closes_at_once(self, care_request, ana):
        assert mark_solved(care_request, by=ana.user).state == "closed"
        with pytest.raises(Closed):
            keep_open(care_request, by=ana.user)

    def test_else_with_its_last_interaction(self, care_request, ana, internet, jelena):
        first, second = (held(chat_of(jelena, internet), by=ana) for _ in "ab")
        assert first.activity.care_request == second.activity.care_request == care_request
        assert mark_solved(care_request, by=ana.user).is_open
        close(first.pk, Leftovers(), by=ana)
        care_request.refresh_from_db()
        assert care_request.is_open
        close(second.pk, Leftovers(), by=ana)
        care_request.refresh_from_db()
        assert (care_request.state, care_request.closed_at is not None) == ("closed", True)

    def test_can_be_undone_until_then(self, care_request, ana, internet, jelena):
        task = held(chat_of(jelena, internet), by=ana)
        mark_solved(care_request, by=ana.user)
        assert not keep_open(care_request, by=ana.user).solved
        close(task.pk, Leftovers(), by=ana)
        care_request.refresh_from_db()
        assert care_request.is_open

    def test_twice_is_once_and_history_tells_who(self, care_request, ana, internet, jelena):
        held(chat_of(jelena, internet), by=ana)
        before = mark_solved(care_request, by=ana.user)
        assert mark_solved(care_request, by=ana.user).version == before.version == 2
        events = CareRequest.pgh_event_model.objects.filter(pgh_obj_id=care_request.pk, solved=True)
        assert [event.pgh_context["by"] for event in events] == [ana.user_id]

    @pytest.mark.parametrize("goes", ["to_request", "to_customer", "add_request", "unlink"])
    def test_the_last_one_that_is_moved_away_closes_it_too(self, care_request, ana, internet, jelena, goes):
        activity = held(chat_of(jelena, internet), by=ana).activity
        over(medium="call", customer=jelena, care_request=care_request)
        mark_solved(care_request, by=ana.user)
        version, tomasz = (
            Activity.objects.get(pk=activity.pk).version,
            editing.create({"last_name": "W"}, by=ana.user),
        )
        {
            "to_request": lambda: moving.to_request(activity, None, version=version, by=ana.user),
            "to_customer": lambda: moving.to_customer(activity, tomasz, version=version, by=ana.user),
            "add_request": lambda: joining.add_request(activity, by=ana.user),
            "unlink": lambda: identity.unlink(activity, by=ana.user),
        }[goes]()
        care_request.refresh_from_db()
        assert care_request.state == "closed"

    def test_a_waiting_customer_who_leaves_closes_it_too(self, care_request, ana, internet, jelena):
        task = chat_of(jelena, internet)
        put_into(task.activity, care_request)
        assert mark_solved(care_request, by=ana.user).is_open
        chats.leave(task.activity_id)
        care_request.refresh_from_db()
        assert not care_request.is_open

    def test_the_sweep_closes_what_nobody_else_did(self, care_request, ana, internet, jelena):
        task = held(chat_of(jelena, internet), by=ana)
        mark_solved(care_request, by=ana.user)
        assert autoclose.close_due() == 0
        type(task).objects.filter(pk=task.pk).update(state="closed", ended_at=ago(seconds=0))
        assert autoclose.close_due() == 1

    def test_reopened_it_stays_open(self, care_request, ana):
        mark_solved(care_request, by=ana.user)
        assert not reopen(care_request, by=ana.user).solved
        assert autoclose.close_due() == 0

    @pytest.mark.django_db(transaction=True)
    def test_two_last_interactions_that_end_together_close_it(
        self, care_request, ana, marko, internet, jelena
    ):
        tasks = [(held(chat_of(jelena, internet), by=agent), agent) for agent in (ana, marko)]
        mark_solved(care_request, by=ana.user)
        race(*[lambda task=task, by=by: close(task.pk, Leftovers(), by=by) for task, by in tasks])
        care_request.refresh_from_db()
        assert not care_request.is_open


class Test_the_menu:
    def press(self, desk, name):
        return desk.post(name, record=f"request-{desk.care_request.pk}")

    def test_marks_and_takes_back(self, desk):
        assert "Mark solved" in text(desk.get("request_details"))
        answer = self.press(desk, "mark_solved")
        assert toast(answer) == "Marked solved. The request closes when its last interaction ends."
        assert text(answer).count("Marked solved: closes when its last interaction ends") == 2
        assert "keep_open" in html(answer)
        answer = self.press(desk, "keep_open")
        assert toast(answer) == "The request stays open."
        assert not desk.care_request.solved

    def test_closes_another_request_at_once(self, desk, jelena):
        old = CareRequest.objects.create(customer=jelena)
        desk.selected = f"request-{old.pk}"
        answer = desk.post("mark_solved", record=f"request-{old.pk}")
        assert toast(answer) == "The request is solved and closed."
        assert "Closed requests cannot be changed" in text(answer)
        again = desk.post("mark_solved", record=f"request-{old.pk}")
        assert (again.status_code, "closed" in toast(again)) == (409, True)

    def test_is_for_those_who_may_edit(self, desk, preview, marko, client, ana):
        number = desk.care_request.pk
        assert preview.post("mark_solved", record=f"request-{number}").status_code in (403, 404)
        assert "Mark solved" not in text(preview.get("request_details"))
        assert desk.get("mark_solved").status_code == 405
        assert desk.post("mark_solved", record="request-999999").status_code == 404
        assert desk.post("mark_solved", record="customer-1").status_code == 404
        assert client.post(desk.address("mark_solved")).status_code == 302
        client.force_login(marko.user)
        assert client.post(desk.address("mark_solved"), {"record": f"request-{number}"}).status_code == 404

    def test_there_is_none_before_the_customer_is_created(self, new_desk):
        assert "Mark solved" not in text(new_desk.get("request_details"))
        assert new_desk.post("mark_solved", record="").status_code == 404
