"""The older activity that somebody looks at is moved to another customer by a colleague (R52, R81)."""

import pytest
from django.urls import reverse

from activities import drafts, merging, moving
from activities.models import Activity, Comment, Tag
from customers import editing
from requests_app.models import CareRequest
from tests.beside import HTMX, at_desk, html, text
from tests.cast import chat_in, held, over

pytestmark = pytest.mark.rule("R52", "R81")
LOOKS = ("customer_details", "journey", "communication")
PANES = ("activity_details", "request_details", "comments", *LOOKS)


@pytest.fixture
def tomasz(ana):
    return editing.create({"first_name": "Tomasz", "last_name": "Wójcik"}, by=ana.user)


@pytest.fixture
def older(desk, jelena):
    """Ana looks at an older call of Jelena, in a request of its own."""
    care_request = CareRequest.objects.create(customer=jelena, title="Moving house")
    call = over(medium="call", customer=jelena, care_request=care_request)
    desk.selected = f"activity-{call.pk}"
    return call


def move(activity, customer, by):
    now = Activity.objects.get(pk=activity.pk)
    return moving.to_customer(now, customer, version=now.version, by=by.user)


def look(desk, pane, record):
    return desk.get(pane, loaded=f"{record.realtime_name}-{record.pk}:1")


def test_a_caution_names_who_moved_it_where_and_load_goes_back(desk, older, tomasz, marko):
    move(older, tomasz, marko)
    told = look(desk, "activity_details", older)
    assert (told.status_code, told["HX-Retarget"]) == (200, "#tag_caution")
    assert "Marko Babić moved this to Tomasz Wójcik at" in text(told)
    assert f'hx-get="{reverse("task", args=[desk.task.pk])}" hx-target="#details"' in html(told)
    mark = html(told).split('data-caution="')[1].split('"')[0]
    again = desk.get("activity_details", loaded=f"activity-{older.pk}:1", caution=mark)
    assert again.status_code == 204
    back = desk.client.get(reverse("task", args=[desk.task.pk]), headers=HTMX | {"HX-Target": "details"})
    assert f'data-chosen="activity-{desk.activity.pk}"' in html(back)


def test_the_panes_beside_it_stay_and_the_others_show_the_current_one(desk, older, tomasz, marko):
    move(older, tomasz, marko)
    assert look(desk, "request_details", older.care_request).status_code == 204
    assert desk.get("comments").status_code == 204
    for pane in LOOKS:
        answer = desk.client.get(desk.address(pane), headers=HTMX, follow=True)
        assert answer.status_code == 200
        assert "Tomasz" not in text(answer)
    page = desk.client.get(desk.address("task"), follow=True)
    assert f'data-chosen="activity-{desk.activity.pk}"' in html(page)


def test_nothing_written_of_it_comes_to_stand_anywhere_else(desk, older, tomasz, ana, marko):
    drafts.keep(ana.user, f"activity-{older.pk}", "comment", "Called back")
    move(older, tomasz, marko)
    sent = [("comments", {"comment": "Called back"}), ("add_tag", {"tag": "router"})]
    sent += [("request_details", {"title": "New house", "record": f"request-{older.care_request_id}"})]
    for pane, words in sent:
        refused = desk.post(pane, **words)
        assert refused.status_code == 409
        assert "Marko Babić moved this to Tomasz Wójcik" in text(refused)
    assert (Comment.objects.count(), Tag.objects.count()) == (0, 0)
    assert drafts.of(ana.user, f"activity-{older.pk}")[f"activity-{older.pk}"] == {"comment": "Called back"}


def test_the_conversation_itself_is_moved_to_another_customer(desk, older, tomasz, marko):
    move(desk.activity, tomasz, marko)
    told = look(desk, "activity_details", older)
    assert "Marko Babić moved the conversation to Tomasz Wójcik" in text(told)


def test_ones_own_move_in_another_tab_is_no_caution_but_leads_back(desk, older, tomasz, ana):
    move(older, tomasz, ana)
    back = look(desk, "activity_details", older)
    assert "#details" in back["HX-Location"]
    assert not text(back)


def test_read_only_it_leads_back_without_a_word(desk, older, tomasz, marko):
    move(older, tomasz, marko)
    assert "HX-Location" in desk.get("activity_details")


def test_a_request_that_an_undone_merge_took_along(desk, ana, jelena, tomasz, marko):
    theirs = CareRequest.objects.create(customer=tomasz, title="Fibre")
    done = merging.merge(jelena, tomasz, (), versions=(1, 1), by=ana.user)
    desk.selected = f"request-{theirs.pk}"
    assert desk.get("request_details").status_code == 200
    merging.unmerge(done, by=marko.user)
    told = look(desk, "request_details", theirs)
    assert told["HX-Retarget"] == "#request_caution"
    assert "Marko Babić moved this to Tomasz Wójcik" in text(told)


@pytest.mark.parametrize("pane", PANES)
def test_what_was_never_theirs_stays_not_found(desk, older, tomasz, internet, marko, pane):
    other = held(chat_in(internet), marko).activity
    strange = at_desk(marko, held(chat_in(internet), marko), f"activity-{older.pk}")
    move(older, tomasz, marko)
    assert strange.get(pane).status_code == (200 if pane == "communication" else 404)
    for selected in (f"activity-{other.pk}", "activity-x", "activity-" + "9" * 19, "queue-1"):
        desk.selected = selected
        assert desk.get(pane).status_code == (200 if pane == "communication" else 404)
