"""The disclosure "Changes" of a customer, request or activity (R52), and opening a closed request again (R55)."""

import pytest
from django.utils import timezone

from activities import joining, remarks
from customers import editing
from requests_app.editing import save_details
from requests_app.models import CareRequest
from tests.beside import at_desk, html, text, toast
from tests.cast import chat_of, held


def changes(desk, record):
    return text(desk.get("changes", record))


@pytest.mark.rule("R52")
class Test_changes:
    def test_of_a_request_say_who_what_from_and_to(self, desk, ana, marko):
        record = f"request-{desk.care_request.pk}"
        save_details(desk.care_request, {"title": "Router"}, version=None, by=ana.user)
        save_details(desk.care_request, {"title": "Adapter"}, version=None, by=marko.user)
        said = changes(desk, record)
        assert "Marko Babić" in said
        assert "Title Router → Adapter" in said
        assert said.index("Marko Babić") < said.index("Title Router → Adapter") < said.rindex("Created")

    def test_of_a_customer_tell_addresses_and_languages_by_name(self, desk, jelena, marko):
        values = {"emails": ["jm@x.example"], "phones": [], "language": "nl", "notes": "<b>VIP</b>"}
        editing.save(jelena, values, version=None, by=marko.user)
        answer = desk.get("changes", f"customer-{jelena.pk}")
        assert "E-mail jelena@post.example → jm@x.example" in text(answer)
        assert "Phone +381 11 555 0134" in text(answer)
        assert "Language Nederlands" in text(answer)
        assert "&lt;b&gt;VIP" in answer.content.decode()

    def test_of_an_activity_tell_tags_and_where_it_was_moved(self, desk, ana, marko):
        save_details(desk.care_request, {"title": "Router"}, version=None, by=ana.user)
        tag = remarks.add_tag(desk.activity, "line check", by=marko.user)
        remarks.remove_tag(desk.activity, tag.pk, by=ana.user)
        joining.add_request(desk.activity, by=marko.user)
        said = changes(desk, f"activity-{desk.activity.pk}")
        assert "Request Router → Untitled request" in said
        assert said.count("Tags line check") == 2

    def test_what_agents_know_no_name_of_is_left_out(self, desk, jelena):
        type(jelena).objects.update(created_at=timezone.now())
        assert html(desk.get("changes", f"customer-{jelena.pk}")).count("<li>") == 1

    def test_each_pane_has_the_disclosure(self, desk, jelena):
        names = {
            "request_details": f"request-{desk.care_request.pk}",
            "customer_details": f"customer-{jelena.pk}",
            "activity_details": f"activity-{desk.activity.pk}",
        }
        for pane, record in names.items():
            assert desk.address("changes", record) in html(desk.get(pane))

    @pytest.mark.parametrize("record", ["request-999", "customer-999", "activity-999", "x", "queue-1", "-"])
    def test_only_of_what_this_task_shows(self, desk, record):
        assert desk.get("changes", record).status_code == 404

    def test_who_may_look(self, desk, preview, client, marko, mallory):
        record = f"activity-{desk.activity.pk}"
        address = desk.address("changes", record)
        assert client.get(address).status_code == 302
        assert desk.client.post(address).status_code == 405
        assert at_desk(marko, desk.task).get("changes", record).status_code == 404
        assert preview.get("changes", f"activity-{preview.activity.pk}").status_code == 200
        client.force_login(mallory)
        assert client.get(address).status_code == 403


@pytest.mark.rule("R55")
class Test_reopening:
    @pytest.fixture
    def old(self, jelena):
        return CareRequest.objects.create(
            customer=jelena, title="Slow", state="closed", closed_at=timezone.now()
        )

    @pytest.fixture
    def supervised(self, sonja, internet, jelena, old):
        return at_desk(sonja, held(chat_of(jelena, internet), sonja), f"request-{old.pk}")

    def test_a_supervisor_does_it_in_the_pane(self, supervised, old):
        assert "Reopen" in text(supervised.get("request_details"))
        answer = supervised.post("reopen")
        assert (answer.status_code, toast(answer)) == (200, "The request is open again.")
        old.refresh_from_db()
        assert (old.is_open, old.closed_at) == (True, None)
        assert 'id="request_title"' in html(answer)
        assert supervised.post("reopen").status_code == 403

    def test_an_agent_reads_why_nothing_can_be_changed(self, desk, old):
        desk.selected = f"request-{old.pk}"
        said = text(desk.get("request_details"))
        assert "Closed requests cannot be changed" in said
        assert "Reopen" not in said
        assert desk.post("reopen").status_code == 403

    def test_an_activity_of_it_says_so_too(self, desk):
        CareRequest.objects.update(state="closed", closed_at=timezone.now())
        assert "Its request is closed, so it can only be read." in text(desk.get("activity_details"))

    def test_who_else_may_not(self, supervised, client, marko, old, new_desk):
        address = supervised.address("reopen")
        assert client.post(address).status_code == 302
        assert supervised.client.get(address).status_code == 405
        assert at_desk(marko, supervised.task, f"request-{old.pk}").post("reopen").status_code == 404
        assert new_desk.post("reopen").status_code == 404
