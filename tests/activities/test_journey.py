"""The customer journey: its groups, pages and cards (R5, R6)."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from activities import journey, remarks
from activities.joining import add_request
from activities.models import Activity
from queues.models import Task
from requests_app.models import CareRequest
from tests.beside import at_desk, html, text
from tests.cast import ago, chat_in, chat_of, held

BEGIN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def past(customer, *, hours, request=None, medium="chat", **fields):
    """An activity of so many hours ago."""
    start = ago(hours=hours)
    fields = {"state": "ended", "ended_at": start + timedelta(minutes=6), **fields}
    return Activity.objects.create(
        medium=medium, customer=customer, care_request=request, started_at=start, **fields
    )


def closed_request(customer, title, *, hours):
    at = ago(hours=hours)
    return CareRequest.objects.create(
        customer=customer, title=title, created_at=at, touched_at=at, state="closed", closed_at=at
    )


def shown(groups):
    return [
        (group.care_request and group.care_request.title, [row.pk for row in group.activities])
        for group in groups
    ]


@pytest.mark.rule("R5")
class Test_groups:
    def test_every_interaction_by_anybody_and_any_medium_newest_first(self, desk, jelena, marko, billing):
        old = closed_request(jelena, "Invoice", hours=60)
        call = past(jelena, hours=59, request=old, medium="call")
        email = past(jelena, hours=50, request=old, medium="email")
        call.tasks.create(
            queue=billing,
            medium="call",
            agent=marko,
            state="closed",
            accepted_at=ago(hours=59),
            ended_at=ago(hours=58),
        )
        loose = past(jelena, hours=100, state="abandoned")
        groups = journey.page_of(desk.activity).groups
        assert shown(groups) == [
            ("", [desk.activity.pk]),
            ("Invoice", [email.pk, call.pk]),
            (None, [loose.pk]),
        ]
        page = text(desk.get("journey"))
        for words in (
            "Untitled request",
            "Invoice",
            "Without a request",
            "Marko Babić",
            "nobody took it",
            "You",
        ):
            assert words in page

    def test_each_group_is_named_by_its_title_and_each_activity_is_a_button(self, desk, jelena):
        request = closed_request(jelena, "Invoice <copy>", hours=60)
        past(jelena, hours=59, request=request)
        page = desk.get("journey").content.decode()
        assert f'role="group" aria-labelledby="req-{request.pk}"' in page
        assert f'<b id="req-{request.pk}">Invoice &lt;copy&gt;</b>' in page
        assert page.count('<button type="button" class="act') == 2

    def test_the_current_one_is_marked(self, desk, jelena):
        past(jelena, hours=5)
        marked = re.findall(r'id="(act-\d+)"[^>]* aria-current="true"', desk.get("journey").content.decode())
        assert marked == [f"act-{desk.activity.pk}"]

    @pytest.mark.rule("R6")
    def test_the_selected_one_is_pressed_and_the_current_one_still_marked(self, desk, jelena):
        old = past(jelena, hours=5)
        desk.selected = f"activity-{old.pk}"
        page = desk.get("journey").content.decode()
        assert re.findall(r'id="(act-\d+)"[^>]* aria-pressed="true"', page) == [f"act-{old.pk}"]
        assert f'id="act-{desk.activity.pk}"' in page
        assert page.count('aria-current="true"') == 1

    def test_of_a_customer_who_is_not_stored_it_is_this_alone(self, new_desk, desk):
        page = new_desk.get("journey")
        assert "Without a request" in text(page)
        assert html(page).count('class="act') == 1

    def test_nobody_elses(self, desk, ana, internet):
        foreign = held(chat_in(internet), ana).activity
        assert f"act-{foreign.pk}" not in html(desk.get("journey"))

    def test_a_request_that_nothing_belongs_to_any_more_stays(self, desk, ana):
        former = desk.care_request
        CareRequest.objects.filter(pk=former.pk).update(title="Router")
        target = add_request(desk.activity, by=ana.user)
        CareRequest.objects.filter(pk=target.pk).update(title="Moving")
        assert shown(journey.page_of(desk.activity).groups) == [
            ("Moving", [desk.activity.pk]),
            ("Router", []),
        ]

    def test_who_had_it_last_is_named(self, desk, jelena, ana, marko, internet):
        old = past(jelena, hours=9)
        for agent, hours in ((ana, 9), (marko, 8)):
            old.tasks.create(
                queue=internet,
                medium="chat",
                agent=agent,
                state="closed",
                accepted_at=ago(hours=hours),
                ended_at=ago(hours=7),
            )
        old.tasks.create(queue=internet, medium="chat", state="abandoned", ended_at=ago(hours=7))
        row = next(
            row
            for group in journey.page_of(desk.activity).groups
            for row in group.activities
            if row.pk == old.pk
        )
        assert row.agent_name == "Marko Babić"

    def test_tags_stand_in_the_line(self, desk, ana):
        for tag in ("router", "hardware"):
            remarks.add_tag(desk.activity, tag, by=ana.user)
        assert "You · router, hardware" in text(desk.get("journey"))


@pytest.fixture
def long_way(desk, jelena):
    """90 earlier activities: three requests by turns and some without, several in the same instant."""
    requests = [closed_request(jelena, f"Request {number}", hours=2000) for number in range(3)]
    for number in range(90):
        request = requests[number % 4] if number % 4 < 3 else None
        start = BEGIN + timedelta(hours=number // 3)
        Activity.objects.create(
            medium="chat",
            customer=jelena,
            care_request=request,
            started_at=start,
            ended_at=start,
            state="ended",
        )
    return desk


@pytest.mark.rule("R5")
class Test_pages:
    def walk(self, desk):
        """All pages, as the desk asks for them."""
        page = journey.page_of(desk.activity)
        yield page
        while page.older:
            page = journey.page_of(desk.activity, before=page.before, shown=page.shown)
            yield page

    def test_all_are_shown_once_and_in_order(self, long_way):
        seen = {}
        for page in self.walk(long_way):
            for group in page.groups:
                key = group.care_request and group.care_request.pk
                assert group.shown == (key in seen)
                seen.setdefault(key, []).extend(row.pk for row in group.activities)
        every = Activity.objects.filter(customer=long_way.task.activity.customer).order_by(
            "-started_at", "-id"
        )
        for key, numbers in seen.items():
            assert numbers == list(every.filter(care_request=key).values_list("pk", flat=True))
        assert sum(map(len, seen.values())) == 91

    def test_the_button_says_how_many_it_brings(self, long_way):
        assert [page.older for page in self.walk(long_way)] == [50, 21, 0]
        assert "Show 50 older" in text(long_way.get("journey"))

    def test_an_older_page_goes_on_the_groups_that_are_there(self, long_way):
        page = journey.page_of(long_way.activity)
        answer = long_way.get("journey", before=page.before, shown=page.shown)
        going_on = re.findall(r'<ul id="req-(\w+)-acts" hx-swap-oob="beforeend">', answer.content.decode())
        assert len(going_on) == 4
        assert 'role="group"' not in html(answer)
        assert "Show 21 older" in text(answer)
        assert 'id="journey_down_to" name="down_to"' in html(answer)

    def test_a_look_shows_all_that_was_shown_and_what_is_new(self, long_way, jelena):
        page = journey.page_of(long_way.activity)
        page = journey.page_of(long_way.activity, before=page.before, shown=page.shown)
        past(jelena, hours=1)
        answer = long_way.get("journey", down_to=page.down_to)
        assert html(answer).count('class="act') == 71
        assert "Show 21 older" in text(answer)

    def test_a_look_at_the_first_page_has_nothing_to_count(self, desk, django_assert_num_queries):
        assert journey.page_of(desk.activity).down_to == ""
        with django_assert_num_queries(2):
            journey.page_of(desk.activity)

    @pytest.mark.parametrize(
        "before", ["x", "1", "1.2_3", "1763712360.000000_", "9" * 40, "1763712360.000000_1'--"]
    )
    def test_a_place_that_is_none_is_refused(self, desk, before):
        assert desk.get("journey", before=before).status_code == 400
        assert desk.get("journey", down_to=before).status_code == 400

    @pytest.mark.parametrize("shown", ["x", "-1", "9" * 40])
    def test_a_number_that_is_none_is_the_first_page(self, desk, shown):
        assert desk.get("journey", shown=shown).status_code == 200

    def test_two_queries_however_long(self, long_way, django_assert_num_queries):
        with django_assert_num_queries(2):
            page = journey.page_of(long_way.activity)
            [row.care_request for group in page.groups for row in group.activities]
        with django_assert_num_queries(2):
            journey.page_of(long_way.activity, before=page.before, shown=page.shown)

    def test_10_000_activities_are_read_from_the_index(self, desk, jelena):
        rows = [
            Activity(medium="chat", customer=jelena, state="ended", started_at=at, ended_at=at)
            for at in (BEGIN + timedelta(minutes=number) for number in range(10_000))
        ]
        Activity.objects.bulk_create(rows)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE activities_activity")
        for cursor in (None, journey.parsed(journey.written(rows[5000]))):
            plan = journey.rows_of(desk.activity, cursor)[:51].explain(analyze=True)
            top = plan.split("SubPlan")[0]
            assert "activity_newest_of_customer" in top, plan
            assert "Sort" not in top.replace("Sort Key", ""), plan
            assert float(re.search(r"Execution Time: ([\d.]+)", plan)[1]) < 250, plan
        assert journey.page_of(desk.activity).activity_count == 10_001


@pytest.mark.rule("R6")
class Test_card:
    def test_of_an_activity(self, desk, jelena, marko, internet):
        request = closed_request(jelena, "Router keeps restarting", hours=200)
        call = past(jelena, hours=200, request=request, medium="call")
        Task.objects.create(
            activity=call,
            queue=internet,
            medium="call",
            agent=marko,
            state="closed",
            waiting_since=call.started_at,
            accepted_at=call.started_at + timedelta(seconds=52),
            ended_at=call.ended_at,
        )
        remarks.Tag.objects.create(activity=call, name="line check", folded="line check")
        remarks.Comment.objects.create(activity=call, author=marko.user, text="Line test clean.")
        said = text(desk.get("card", f"activity-{call.pk}"))
        for words in (
            "Call",
            "6 min",
            "Marko Babić",
            "Internet, waited 0:52",
            "Router keeps restarting",
            "line check",
            "Line test clean.",
        ):
            assert words in said

    def test_of_a_request(self, desk, jelena):
        request = CareRequest.objects.create(
            customer=jelena, title="Moving house", description="In December."
        )
        said = text(desk.get("card", f"request-{request.pk}"))
        for words in ("Moving house", "Open", "In December.", "Created", "Closes by itself"):
            assert words in said
        assert "Closed" not in said

    def test_of_a_closed_request(self, desk, jelena):
        said = text(desk.get("card", f"request-{closed_request(jelena, 'Slow', hours=2).pk}"))
        assert "Closed" in said
        assert "Closes by itself" not in said

    def test_of_one_that_nobody_has_accepted_yet(self, ana, internet):
        looking = at_desk(ana, chat_in(internet))
        said = text(looking.get("card", f"activity-{looking.activity.pk}"))
        assert "nobody yet" in said
        assert "Without a request" in said

    def test_the_browser_may_keep_it_for_a_moment(self, desk):
        assert desk.get("card", f"activity-{desk.activity.pk}")["Cache-Control"] == "private, max-age=5"

    @pytest.mark.parametrize("record", ["customer-1", "request-999", "activity-0x1", "x", "activity-"])
    def test_of_what_is_not_there(self, desk, record):
        assert desk.get("card", record).status_code == 404


@pytest.mark.rule("R6")
class Test_selecting:
    def details(self, desk, selected):
        headers = {"HX-Request": "true", "HX-Target": "details"}
        return desk.client.get(f"/desk/{desk.task.pk}/", {"selected": selected}, headers=headers)

    def test_details_are_about_it_and_headed_with_its_date(self, desk, jelena, ana):
        old = past(jelena, hours=24 * 400, request=closed_request(jelena, "Slow", hours=9000), medium="email")
        remarks.Comment.objects.create(activity=old, author=ana.user, text="Sent the form.")
        answer = self.details(desk, f"activity-{old.pk}")
        said = text(answer)
        assert f"E-mail of {timezone.localtime(old.started_at):%-d %b %Y}" in said
        for words in ("Back to current", "Slow", "Sent the form."):
            assert words in said
        assert 'id="communication"' not in html(answer)

    def test_a_request(self, desk, jelena):
        request = closed_request(jelena, "Slow", hours=9000)
        said = text(self.details(desk, f"request-{request.pk}"))
        assert "Request of" in said
        assert "Slow" in said

    def test_the_current_one_has_no_way_back(self, desk):
        assert "Back to current" not in text(self.details(desk, ""))

    def test_it_can_be_selected_in_a_preview(self, preview, jelena):
        old = past(jelena, hours=5)
        assert "Back to current" in text(self.details(preview, f"activity-{old.pk}"))

    def test_a_reload_shows_it_again(self, desk, jelena):
        old = past(jelena, hours=5)
        page = desk.client.get(f"/desk/{desk.task.pk}/?selected=activity-{old.pk}")
        assert "Back to current" in text(page)


def test_a_new_chat_of_the_customer_rings(
    desk, jelena, internet, django_capture_on_commit_callbacks, monkeypatch
):
    rung = []
    monkeypatch.setattr("caredesk.realtime.post", lambda group, event: rung.append(group))
    with django_capture_on_commit_callbacks(execute=True):
        chat_of(jelena, internet)
    assert f"journey-{jelena.pk}" in rung
