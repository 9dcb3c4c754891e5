"""Every address beside the conversation is asked the same questions: who may, with which method, of what."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activities import remarks
from activities.models import Activity
from requests_app.models import CareRequest
from tests.beside import HTMX, at_desk
from tests.cast import chat_in, held, over

LOOKS = ["journey", "customer_details", "request_details", "activity_details", "comments", "customer_form"]
LOOKS += ["customer_twins", "card"]
WRITES = [
    "request_details",
    "add_request",
    "add_tag",
    "remove_tag",
    "comments",
    "edit_comment",
    "customer_form",
]
WRITES += ["call_comment", "use_customer", "unlink_customer", "confirm_customer", "close"]
OF_EDITORS = ["tag_suggestions", "edit_comment"]


@pytest.fixture
def address(desk, ana, jelena):
    """The address of a view about Ana's task, as if everything that it is about were there."""
    tag = remarks.add_tag(desk.activity, "router", by=ana.user)
    comment = remarks.comment(desk.activity, "Line test is clean.", by=ana.user)
    more = {
        "remove_tag": [tag.pk],
        "edit_comment": [comment.pk],
        "use_customer": [jelena.pk],
        "card": [f"activity-{desk.activity.pk}"],
    }
    return lambda name: reverse(name, args=[desk.task.pk, *more.get(name, [])])


@pytest.mark.parametrize("name", [*LOOKS, *OF_EDITORS])
def test_it_is_shown_to_its_agent(desk, address, name):
    assert desk.client.get(address(name), headers=HTMX).status_code == 200


@pytest.mark.parametrize("name", sorted({*LOOKS, *WRITES, *OF_EDITORS}))
class Test_whoever_it_is_not_for:
    def test_strangers_go_to_the_log_in(self, address, name):
        for method in ("get", "post"):
            answer = getattr(Client(), method)(address(name), headers=HTMX)
            assert answer.status_code == 401
            assert "/accounts/login/" in answer["HX-Redirect"]

    def test_who_is_no_agent_may_not(self, address, mallory, name):
        client = Client()
        client.force_login(mallory)
        for method in ("get", "post"):
            assert getattr(client, method)(address(name), headers=HTMX).status_code == 403

    def test_a_colleague_finds_nothing(self, address, marko, name):
        client = Client()
        client.force_login(marko.user)
        for method in ("get", "post"):
            answer = getattr(client, method)(address(name), headers=HTMX)
            assert answer.status_code in (404, 405)

    def test_another_method_is_refused(self, desk, address, name):
        assert desk.client.put(address(name), headers=HTMX).status_code == 405
        if name not in WRITES:
            assert desk.client.post(address(name), headers=HTMX).status_code == 405
        if name not in LOOKS and name not in OF_EDITORS:
            assert desk.client.get(address(name), headers=HTMX).status_code == 405

    def test_a_task_that_is_not_there(self, desk, address, name):
        there = address(name)
        nowhere = there.replace(f"/desk/{desk.task.pk}/", "/desk/999999/")
        method = desk.client.post if name in WRITES else desk.client.get
        assert method(nowhere, headers=HTMX).status_code == 404


@pytest.mark.rule("R20")
class Test_a_preview:
    @pytest.mark.parametrize("name", [name for name in LOOKS if name != "card"])
    def test_shows_everything(self, preview, name):
        assert preview.get(name).status_code == 200

    @pytest.mark.parametrize("name", LOOKS)
    def test_shows_no_error_where_nothing_is_known(self, ana, internet, name):
        looking = at_desk(ana, chat_in(internet))
        more = [f"activity-{looking.activity.pk}"] if name == "card" else []
        assert looking.get(name, *more).status_code == 200

    @pytest.mark.parametrize("name", WRITES)
    def test_changes_nothing(self, preview, ana, jelena, name):
        tag = remarks.add_tag(preview.activity, "router", by=ana.user)
        comment = remarks.comment(preview.activity, "Line test is clean.", by=ana.user)
        more = {"remove_tag": [tag.pk], "edit_comment": [comment.pk], "use_customer": [jelena.pk]}
        before = rows()
        given = {"title": "T", "tag": "t", "comment": "c", f"comment-{comment.pk}": "c", "city": "Niš"}
        assert preview.post(name, *more.get(name, []), **given).status_code == 403
        assert rows() == before

    def test_has_no_field_and_no_button_that_changes_anything(self, preview, ana):
        remarks.comment(preview.activity, "Line test is clean.", by=ana.user)
        for name in ("journey", "request_details", "activity_details", "comments", "customer_details"):
            page = preview.get(name).content.decode()
            assert "<textarea" not in page
            assert "hx-post" not in page


def rows():
    every = [*Activity.objects.values(), *CareRequest.objects.values()]
    return [
        *every,
        *(
            list(activity.tags.values()) + list(activity.comments.values())
            for activity in Activity.objects.all()
        ),
    ]


@pytest.mark.rule("R55")
class Test_a_closed_request:
    @pytest.fixture
    def closed(self, desk, ana, jelena):
        """An activity of Jelena in a request that is closed, selected."""
        request = CareRequest.objects.create(
            customer=jelena, title="Slow", state="closed", closed_at=timezone.now()
        )
        old = over(medium="call", customer=jelena, care_request=request)
        remarks.Tag.objects.create(activity=old, name="Wi-Fi", folded="wi-fi", added_by=ana.user)
        remarks.Comment.objects.create(activity=old, author=ana.user, text="Moved the router.")
        desk.selected = f"activity-{old.pk}"
        return desk

    def test_is_read_and_not_written(self, closed):
        for name, words in (
            ("request_details", "Slow"),
            ("activity_details", "Wi-Fi"),
            ("comments", "Moved the"),
        ):
            page = closed.get(name).content.decode()
            assert words in page
            assert "hx-post" not in page
            assert "<textarea" not in page

    @pytest.mark.parametrize("name", ["request_details", "add_tag", "comments"])
    def test_takes_nothing(self, closed, name):
        before = rows()
        assert closed.post(name, title="T", tag="t", comment="c").status_code == 409
        assert rows() == before

    def test_refuses_in_words_what_was_begun_before_it_closed(self, desk, jelena):
        request = desk.care_request
        CareRequest.objects.filter(pk=request.pk).update(state="closed", closed_at=timezone.now())
        for name in ("request_details", "add_tag", "comments"):
            assert desk.post(name, title="T", tag="t", comment="c").status_code == 409


@pytest.mark.rule("R6")
class Test_what_is_selected:
    @pytest.mark.parametrize(
        "selected", ["activity-999999", "request-999999", "activity-x", "customer-1", "activity-" + "9" * 30]
    )
    def test_what_is_not_there_is_not_found(self, desk, selected):
        desk.selected = selected
        for name in ("request_details", "activity_details", "comments"):
            assert desk.get(name).status_code == 404

    def test_what_is_another_customers_is_not_found(self, desk, ana, internet):
        foreign = held(chat_in(internet), ana).activity
        desk.selected = f"activity-{foreign.pk}"
        for name in ("request_details", "activity_details", "comments"):
            assert desk.get(name).status_code == 404
        assert desk.get("card", desk.selected).status_code == 404
