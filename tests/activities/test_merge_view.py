"""Merge over HTTP: who else it may be, field by field, and back (R73)."""

import pytest
from django.urls import reverse

from activities import merging
from activities.models import Merge
from customers import editing
from customers.models import Customer
from tests.beside import HTMX, at_desk, html, text, toast, told
from tests.cast import chat_of, held


@pytest.fixture
def second(jelena, ana):
    """Another record of Jelena, of whom Ana has a chat in progress, too."""
    values = {"first_name": "J.", "last_name": "Marković", "city": "Belgrade"}
    return editing.create(values | {"emails": ["j@work.example", "jelena@post.example"]}, by=ana.user)


@pytest.fixture
def both_held(second, internet, ana):
    return held(chat_of(second, internet), by=ana)


@pytest.fixture
def supervisors(sonja, internet, jelena):
    """The desk of a supervisor who has a chat of Jelena."""
    return at_desk(sonja, held(chat_of(jelena, internet), sonja))


def merge(desk, other, **fields):
    customer = Customer.objects.get(pk=desk.activity.customer_id)
    versions = {"kept_version": customer.version, "other_version": Customer.objects.get(pk=other.pk).version}
    return desk.post("merge_with", other.pk, **{**versions, **fields})


@pytest.mark.rule("R73")
class Test_merge:
    def test_offers_who_has_the_same_address(self, desk, second):
        page = text(desk.get("merge"))
        assert "Perhaps the same person" in page
        assert "J. Marković" in page
        assert "New customer" not in page

    def test_both_stand_beside_each_other(self, desk, both_held, second):
        page = html(desk.get("merge_with", second.pk))
        assert 'name="first_name" value="kept" aria-label="First name: Jelena" checked' in page
        assert 'name="city" value="other" aria-label="City: Belgrade" checked' in page
        assert 'name="last_name"' not in page
        assert page.count("jelena <wbr>@post.example".replace(" ", "")) == 1
        assert "Merge</button>" in page

    def test_merges_what_was_chosen_and_undoes_it(self, desk, both_held, second):
        answer = merge(desk, second, first_name="kept", city="other")
        assert toast(answer) == "Merged: J. Marković is no longer a record of its own."
        (left,) = Customer.objects.all()
        assert (left.first_name, left.city) == ("Jelena", "Belgrade")
        press = told(answer, "toast")["press"]
        back = desk.client.post(press["address"], headers=HTMX)
        assert toast(back) == "Two records again: J. Marković is back."
        assert set(Customer.objects.values_list("pk", flat=True)) == {left.pk, second.pk}

    def test_dialog_offers_to_take_it_back(self, desk, both_held, second):
        merge(desk, second)
        page = text(desk.get("merge"))
        assert "J. Marković was merged into it by Ana Kovač" in page
        assert "Un-merge" in page

    @pytest.mark.rule("R55")
    def test_agent_needs_a_task_of_both(self, desk, second):
        assert "Only a supervisor" in text(desk.get("merge_with", second.pk))
        assert merge(desk, second).status_code == 403
        assert Customer.objects.count() == 2

    def test_supervisor_needs_none(self, supervisors, second):
        assert "Merge</button>" in html(supervisors.get("merge_with", second.pk))
        assert merge(supervisors, second).status_code == 200
        assert Customer.objects.count() == 1

    @pytest.mark.rule("R52")
    def test_colleagues_change_makes_a_caution(self, supervisors, second, marko):
        version = Customer.objects.get(pk=second.pk).version
        editing.save(second, {"city": "Niš"}, version=version, by=marko.user)
        answer = merge(supervisors, second, other_version=version)
        assert (answer.status_code, answer["HX-Retarget"]) == (409, "#customer_chosen")
        assert "Marko Babić" in text(answer)
        assert "City" in text(answer)
        assert "Niš" in text(supervisors.post("merge_with", second.pk, load="1"))

    def test_without_versions(self, supervisors, second):
        assert supervisors.post("merge_with", second.pk).status_code == 400

    def test_with_nobody_or_themselves(self, supervisors, jelena):
        assert merge(supervisors, jelena).status_code == 404
        assert supervisors.get("merge_with", 99).status_code == 404

    def test_gone_in_the_same_instant(self, supervisors, second, monkeypatch):
        def gone(*args, **kwargs):
            raise merging.Gone

        monkeypatch.setattr(merging, "merge", gone)
        answer = merge(supervisors, second)
        assert (answer.status_code, toast(answer)) == (409, "Not merged: one of them is gone by now.")

    def test_nobody_stored_yet(self, new_desk):
        assert new_desk.get("merge").status_code == 404

    def test_preview_merges_nothing(self, preview, second):
        assert preview.get("merge").status_code == 403
        assert merge(preview, second).status_code == 403


@pytest.mark.rule("R73")
class Test_unmerge:
    def test_too_late_or_twice_is_said(self, supervisors, second, jelena, sonja):
        versions = tuple(Customer.objects.get(pk=one.pk).version for one in (jelena, second))
        done = merging.merge(jelena, second, [], versions=versions, by=sonja.user)
        Merge.objects.update(merged_at="2020-01-01T00:00Z")
        assert "7 days" in toast(supervisors.post("unmerge", done.pk))
        assert supervisors.post("unmerge", done.pk).status_code == 409
        Merge.objects.update(undone_at="2020-01-01T00:00Z")
        assert "already" in toast(supervisors.post("unmerge", done.pk))

    def test_only_of_this_customer(self, supervisors, second, ana):
        other = editing.create({"first_name": "Nora"}, by=ana.user)
        done = merging.merge(second, other, [], versions=(second.version, other.version), by=ana.user)
        assert supervisors.post("unmerge", done.pk).status_code == 404
        assert supervisors.post("unmerge", 99).status_code == 404


@pytest.mark.parametrize("name", ["merge", "merge_with", "unmerge"])
def test_strangers_and_other_agents(name, desk, client, marko, mallory):
    address = reverse(name, args=[desk.task.pk, *([] if name == "merge" else [1])])
    ask = client.post if name == "unmerge" else client.get
    assert ask(address).status_code == 302
    client.force_login(mallory)
    assert ask(address).status_code == 403
    client.force_login(marko.user)
    assert ask(address).status_code == 404
    client.force_login(desk.task.agent.user)
    assert client.delete(address).status_code == 405
