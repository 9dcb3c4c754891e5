"""The administration: every page of every model, who may go there, and that what is done there is signed."""

import pytest
from axes.models import AccessAttempt
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activities import models as activities
from activities import remarks
from caredesk import realtime
from caredesk.admin import Newest
from caredesk.models import Heartbeat
from caredesk.stale import author_of
from customers import editing
from customers.models import Customer, CustomerWords
from queues import agents
from queues import models as queues
from queues.supervising import supervisors
from requests_app.editing import save_details
from requests_app.models import CareRequest
from tests.cast import PASSWORD, agent, ago, at_work, call_in, chat_in, chat_of, held, numbers, over

OTHERS = {Group}
MOST_QUERIES = 30


def registered():
    return sorted(set(admin.site._registry) - OTHERS, key=lambda model: model._meta.label)


def name_of(model):
    return model._meta.label


def url(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def rows_of_everything(queue, by):
    """One more row in each table."""
    number = next(numbers)
    customer = editing.create(
        {"first_name": f"Vera {number}", "emails": [f"v{number}@post.example"], "phones": ["020 794 0800"]},
        by=by.user,
    )
    activity = held(chat_of(customer, queue), by=by).activity
    remarks.add_tag(activity, f"tag {number}", by=by.user)
    remarks.comment(activity, "Call back", by=by.user)
    call_in(queue)
    email = activities.Email.objects.create(
        activity=activity, direction="in", message_id=f"<{number}@post.example>"
    )
    activities.Attachment.objects.create(email=email, name="bill.pdf", content_type="application/pdf", size=1)
    activities.Draft.objects.create(
        agent=by.user, record=f"request-{number}", field="title", text="secret words"
    )
    activities.OpenCustomer.objects.create(agent=by.user, customer=customer)
    activities.Interaction.objects.create(agent=by.user, name=f"host-{number}", activity=activity)
    activities.RecentCustomer.objects.create(agent=by.user, customer=customer)
    activities.Merge.objects.create(kept=customer, undo={}, by=by.user)
    activities.Outbox.objects.create(kind="email", payload={})
    user = agent(f"agent{number}", "Agent", str(number), queue)
    queues.Offer.objects.create(task=chat_in(queue), agent=user, expires_at=timezone.now())
    queues.Presence.objects.create(agent=user, connection=str(number), lease_until=timezone.now())
    queues.CannedReply.objects.create(shortcut=f"hi{number}", text="Hello")
    queues.NotReadyReason.objects.create(name=f"Lunch {number}")
    queues.CallLog.objects.create(status=200, call_id=str(number))
    queues.BlockedNumber.objects.create(number=str(number))
    queues.CallerIdRule.objects.create(prefix=str(number), caller_id="+31207940800")
    queues.Queue.objects.create(slug=f"queue{number}", name=f"Queue {number}")
    Heartbeat.objects.create(part=f"part {number}", at=timezone.now())
    AccessAttempt.objects.create(
        username=f"x{number}", ip_address="10.0.0.1", failures_since_start=1, user_agent=""
    )


@pytest.fixture
def full(internet, ana):
    for _ in range(2):
        rows_of_everything(internet, ana)


@pytest.fixture
def at_admin(sonja):
    client = Client()
    client.force_login(sonja.user, backend="queues.backends.DeskBackend")
    return client


# --- every page of every model


WRITTEN_BY_TRIGGERS = {CustomerWords}  # what stands in it is in the customer's own pages


def test_every_model_of_ours_has_its_pages():
    ours = {"caredesk", "customers", "requests", "activities", "queues"}
    from django.apps import apps

    models = {model for model in apps.get_models() if model._meta.app_label in ours}
    assert models - WRITTEN_BY_TRIGGERS == models & set(admin.site._registry)


def queries_of(client, path):
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path)
    assert response.status_code == 200, path
    return len(captured)


def lists_of(client):
    return {name_of(model): queries_of(client, url(model, "changelist")) for model in registered()}


@pytest.mark.rule("R120")
def test_lists_open_with_as_few_queries_for_many_rows(full, at_admin, internet, ana):
    few = lists_of(at_admin)
    for _ in range(3):
        rows_of_everything(internet, ana)
    many = lists_of(at_admin)
    assert {name: (few[name], many[name]) for name in few if many[name] > few[name] + 1} == {}
    assert max(many.values()) <= MOST_QUERIES


@pytest.mark.rule("R120")
def test_lists_can_be_searched_and_filtered(full, at_admin, monkeypatch):
    monkeypatch.setattr(admin.site, "get_app_list", lambda *args: [])  # dear, and beside every list the same
    for model in registered():
        if admin.site._registry[model].search_fields:
            assert at_admin.get(url(model, "changelist"), {"q": "7"}).status_code == 200, model
        changelist = at_admin.get(url(model, "changelist")).context_data["cl"]
        for spec in changelist.filter_specs:
            for choice in list(spec.choices(changelist))[:3]:
                path = url(model, "changelist") + choice["query_string"]
                assert at_admin.get(path).status_code == 200, path


@pytest.mark.rule("R120")
def test_pages_of_rows_open_and_tell_their_history(full, at_admin):
    empty = set()
    for model in registered():
        row = model._base_manager.order_by("-pk").first()
        if row is None:
            empty.add(model._meta.app_label)
            continue
        assert queries_of(at_admin, url(model, "change", row.pk)) <= 2 * MOST_QUERIES
        assert queries_of(at_admin, url(model, "history", row.pk)) <= MOST_QUERIES
    assert empty <= {"axes"}


@pytest.mark.rule("R120")
def test_add_pages_open_where_supervisors_may_add(full, at_admin, sonja):
    request = at_admin.get(reverse("admin:index")).wsgi_request
    may = [model for model in registered() if admin.site._registry[model].has_add_permission(request)]
    for model in registered():
        assert at_admin.get(url(model, "add")).status_code == (200 if model in may else 403), model
    assert {Customer, queues.Queue, queues.CannedReply, type(sonja.user)} <= set(may)
    assert not {CareRequest, activities.Activity, queues.Agent, queues.Task} & set(may)


@pytest.mark.rule("R120")
def test_of_many_rows_below_a_record_the_newest_are_shown_and_named_at_once(at_admin, jelena):
    path = url(Customer, "change", jelena.pk)
    over(medium="chat", customer=jelena)
    few = queries_of(at_admin, path)
    last = [over(medium="chat", customer=jelena) for _ in range(Newest.MOST + 5)][-1]
    formset = at_admin.get(path).context_data["inline_admin_formsets"][1].formset
    shown = [form.instance for form in formset.forms]
    assert (len(shown), shown[0]) == (Newest.MOST, last)
    assert queries_of(at_admin, path) <= few


def test_index_opens(full, at_admin):
    page = at_admin.get(reverse("admin:index"))
    assert page.status_code == 200
    assert "style=" not in page.content.decode()


def test_what_supervisors_set_up_stands_first(at_admin):
    apps = at_admin.get(reverse("admin:index")).context["app_list"]
    assert [app["app_label"] for app in apps][:2] == ["queues", "customers"]
    listed = [model["object_name"] for model in apps[0]["models"]]
    assert listed.index("Queue") < listed.index("Task") < listed.index("TaskEvent")


def test_agents_and_strangers_do_not_get_in(client, ana):
    paths = [reverse("admin:index"), *(url(model, "changelist") for model in registered())]
    assert {client.get(path).status_code for path in paths} == {302}
    client.force_login(ana.user, backend="queues.backends.DeskBackend")
    assert {client.get(path, follow=True).status_code for path in paths} == {403}


def test_who_logs_in_goes_on_to_where_they_were_going(client, sonja):
    """The admin sends strangers to a door of its own, from which ours sends them back."""
    wanted = url(Customer, "changelist")
    door = client.get(wanted, follow=True).redirect_chain[-1][0]
    client.force_login(sonja.user, backend="queues.backends.DeskBackend")
    assert client.get("/admin/login/", {"next": wanted}).url == wanted
    assert client.get("/admin/login/", {"next": "https://evil.example/"}).url == reverse("admin:index")
    assert door.startswith("/accounts/login/")


# --- what supervisors may not


def form_of(response):
    """What a browser would send back if nobody typed anything."""
    form = response.context_data["adminform"].form
    given = {bound.html_name: bound.value() for bound in form}
    for inline in response.context_data["inline_admin_formsets"]:
        for bound in inline.formset.management_form:
            given[bound.html_name] = bound.value()
        for row in inline.formset.forms:
            given |= {bound.html_name: bound.value() for bound in row}
    return {name: value for name, value in given.items() if value is not None and value is not False}


def save(client, path, **typed):
    given = form_of(client.get(path))
    response = client.post(path, given | typed)
    if response.status_code == 200:
        print(response.context_data["errors"])
    return response


class TestAccounts:
    @pytest.fixture
    def root(self, db):
        return get_user_model().objects.create_superuser("root", password=PASSWORD)

    def test_superuser_is_not_theirs_to_change(self, at_admin, root):
        path = url(type(root), "change", root.pk)
        page = at_admin.get(path)
        assert page.status_code == 200
        assert at_admin.post(path, {"username": "mine"}).status_code == 403
        assert at_admin.get(reverse("admin:auth_user_password_change", args=[root.pk])).status_code == 403

    def test_nobody_gives_rights_to_themselves(self, at_admin, sonja):
        wanted = {"is_superuser": "on", "is_staff": "on", "user_permissions": ["1"], "groups": ["1"]}
        assert save(at_admin, url(type(sonja.user), "change", sonja.user.pk), **wanted).status_code == 302
        sonja.user.refresh_from_db()
        assert not sonja.user.is_superuser
        assert not sonja.user.user_permissions.exists()
        assert [group.name for group in sonja.user.groups.all()] == ["Supervisors"]

    def test_nor_to_others(self, at_admin, ana):
        wanted = {"is_superuser": "on", "is_staff": "on", "user_permissions": ["1"]}
        save(at_admin, url(type(ana.user), "change", ana.user.pk), **wanted)
        ana.user.refresh_from_db()
        assert (ana.user.is_staff, ana.user.is_superuser) == (False, False)

    def test_groups_are_for_superusers(self, at_admin):
        assert at_admin.get(url(Group, "changelist")).status_code == 403

    def test_nobody_disables_themselves(self, at_admin, sonja):
        act(at_admin, type(sonja.user), "disable", sonja.user)
        sonja.user.refresh_from_db()
        assert sonja.user.is_active

    def test_superuser_is_not_disabled_by_an_action(self, at_admin, root):
        act(at_admin, type(root), "disable", root)
        root.refresh_from_db()
        assert root.is_active

    def test_superuser_sees_all_fields(self, client, root):
        client.force_login(root, backend="queues.backends.DeskBackend")
        page = client.get(url(type(root), "change", root.pk)).content.decode()
        assert 'name="is_superuser"' in page


def act(client, model, action, *rows):
    given = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(url(model, "changelist"), given, follow=True)


# --- what they do is done by verbs, and signed


@pytest.fixture
def rung(monkeypatch, django_capture_on_commit_callbacks):
    """Names that rang within the block."""
    posted = []
    monkeypatch.setattr(realtime, "post", lambda group, event: posted.append((group, event["type"])))

    class Ringing:
        def __enter__(self):
            self.callbacks = django_capture_on_commit_callbacks(execute=True)
            self.callbacks.__enter__()
            return posted

        def __exit__(self, *error):
            return self.callbacks.__exit__(*error)

    return Ringing()


def last_event(model):
    return model.pgh_event_model.objects.order_by("pgh_id").last()


class TestCustomers:
    def test_edit_is_an_edit_that_desks_see(self, at_admin, jelena, sonja, rung):
        with rung as posted:
            save(
                at_admin,
                url(Customer, "change", jelena.pk),
                city="Niš",
                phones="+381 64 555 0108\n011 555 0134",
            )
        jelena.refresh_from_db()
        assert (jelena.city, jelena.version) == ("Niš", 3)
        assert jelena.phones == ["+381 64 555 0108", "011 555 0134"]
        assert author_of(last_event(Customer)) == sonja.user.pk
        assert (f"customer-{jelena.pk}", "record.changed") in posted

    def test_create_is_one_too(self, at_admin, sonja):
        response = save(at_admin, url(Customer, "add"), first_name="Luka", emails="luka@post.example")
        luka = Customer.objects.get(first_name="Luka")
        assert response.status_code == 302
        assert luka.emails == ["luka@post.example"]
        assert author_of(last_event(Customer)) == sonja.user.pk

    @pytest.mark.parametrize(
        ("field", "text"), [("emails", "luka@"), ("city", "x" * 2001), ("phones", "x" * 2001)]
    )
    @pytest.mark.rule("R50")
    def test_wrong_values_are_told_beside_their_field(self, at_admin, jelena, field, text):
        response = save(at_admin, url(Customer, "change", jelena.pk), **{field: text})
        assert field in response.context_data["adminform"].form.errors

    def test_nobody_at_all_is_refused(self, at_admin):
        assert save(at_admin, url(Customer, "add")).status_code == 200
        assert not Customer.objects.exists()

    @pytest.mark.rule("R52")
    def test_agents_change_is_not_overwritten(self, at_admin, jelena, ana):
        path = url(Customer, "change", jelena.pk)
        given = form_of(at_admin.get(path))
        editing.save(jelena, {"city": "Niš"}, version=1, by=ana.user)
        response = at_admin.post(path, given | {"city": "Čačak"})
        assert "Ana Kovač changed this meanwhile." in str(response.context_data["adminform"].form.errors)
        jelena.refresh_from_db()
        assert jelena.city == "Niš"

    def test_found_by_phone_and_mail(self, at_admin, jelena):
        for words in ("jelena@post", "+381115550134", "marković"):
            page = at_admin.get(url(Customer, "changelist"), {"q": words})
            assert list(page.context_data["cl"].result_list) == [jelena]


class TestRequests:
    @pytest.fixture
    def care_request(self, jelena):
        return CareRequest.objects.create(customer=jelena, touched_at=ago(days=4))

    def test_edit_is_an_edit(self, at_admin, care_request, sonja):
        save(at_admin, url(CareRequest, "change", care_request.pk), title="Router")
        care_request.refresh_from_db()
        assert (care_request.title, care_request.version) == ("Router", 2)
        assert care_request.touched_at > ago(minutes=1)
        assert author_of(last_event(CareRequest)) == sonja.user.pk

    @pytest.mark.rule("R52")
    def test_agents_change_is_not_overwritten(self, at_admin, care_request, ana):
        path = url(CareRequest, "change", care_request.pk)
        given = form_of(at_admin.get(path))
        save_details(care_request, {"title": "Hers"}, version=1, by=ana.user)
        response = at_admin.post(path, given | {"title": "Mine"})
        assert "Ana Kovač" in str(response.context_data["adminform"].form.errors)

    @pytest.mark.rule("R55")
    def test_closed_one_is_reopened_first(self, at_admin, care_request, sonja):
        CareRequest.objects.update(state="closed", closed_at=ago(hours=1))
        path = url(CareRequest, "change", care_request.pk)
        assert "closed" in str(save(at_admin, path, title="x").context_data["adminform"].form.errors)
        act(at_admin, CareRequest, "reopen", care_request)
        care_request.refresh_from_db()
        assert (care_request.is_open, care_request.closed_at) == (True, None)
        assert author_of(last_event(CareRequest)) == sonja.user.pk
        assert save(at_admin, path, title="x").status_code == 302

    @pytest.mark.rule("R50")
    def test_limit_is_told(self, at_admin, care_request):
        response = save(at_admin, url(CareRequest, "change", care_request.pk), title="x" * 2001)
        assert "title" in response.context_data["adminform"].form.errors

    @pytest.mark.rule("R120")
    @pytest.mark.rule("R50")
    def test_line_ends_count_once(self, at_admin, care_request):
        path = url(CareRequest, "change", care_request.pk)
        assert save(at_admin, path, description="line\r\n" * 399 + "12345").status_code == 302
        care_request.refresh_from_db()
        assert len(care_request.description) == 2000

    def test_history_tells_who_changed_what(self, at_admin, care_request, ana):
        save_details(care_request, {"title": "Router"}, version=1, by=ana.user)
        page = at_admin.get(url(CareRequest, "history", care_request.pk)).content.decode()
        assert "Ana Kovač" in page
        assert "<b>title</b> <ins>Router</ins>" in page
        assert "+00:00" not in page


class TestAgents:
    def test_disabling_on_the_page_ends_open_desks(self, at_admin, ana, rung):
        with rung as posted:
            path = url(type(ana.user), "change", ana.user.pk)
            given = form_of(at_admin.get(path))
            given.pop("is_active")
            assert at_admin.post(path, given).status_code == 302
        ana.user.refresh_from_db()
        assert not ana.user.is_active
        assert (f"desk-{ana.user.pk}", "rights.changed") in posted

    @pytest.mark.rule("R30")
    def test_who_is_enabled_is_offered_what_waits(self, at_admin, ana, billing, rung):
        at_work(ana)
        agents.disable(ana.user, by=ana.user)
        task = chat_in(billing)
        with rung:
            path = url(type(ana.user), "change", ana.user.pk)
            assert at_admin.post(path, form_of(at_admin.get(path)) | {"is_active": "on"}).status_code == 302
        assert task.offers.live().get().agent == ana

    def test_disabling_by_the_action_does_too(self, at_admin, ana, rung):
        with rung as posted:
            act(at_admin, type(ana.user), "disable", ana.user)
        ana.user.refresh_from_db()
        assert not ana.user.is_active
        assert (f"desk-{ana.user.pk}", "rights.changed") in posted

    def test_new_account_works_in_its_queues(self, at_admin, internet, billing, sonja):
        typed = {"username": "petar", "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
        response = save(at_admin, url(type(sonja.user), "add"), queues=[internet.pk], **typed)
        assert response.status_code == 302, response.context_data["adminform"].form.errors
        petar = queues.Agent.objects.get(user__username="petar")
        assert list(petar.queues.all()) == [internet]
        assert petar.user.check_password(PASSWORD)
        assert author_of(last_event(queues.Agent)) == sonja.user.pk

    def test_supervisors_are_made_by_supervisors(self, at_admin, ana):
        act(at_admin, type(ana.user), "make_supervisors", ana.user)
        ana.user.refresh_from_db()
        assert ana.user.has_perm("queues.change_queue")

    def test_leaving_a_queue_rings_the_desk(self, at_admin, ana, internet, rung, sonja):
        path = url(queues.Queue, "change", internet.pk)
        given = form_of(at_admin.get(path))
        row = next(name for name, value in given.items() if name.endswith("-agent") and value == ana.pk)
        with rung as posted:
            assert at_admin.post(path, given | {row.replace("-agent", "-DELETE"): "on"}).status_code == 302
        assert internet not in ana.queues.all()
        assert {(f"desk-{ana.user.pk}", "record.changed"), (f"desk-{ana.user.pk}", "rights.changed")} <= set(
            posted
        )
        assert author_of(last_event(queues.QueueMember)) == sonja.user.pk

    def test_joining_one_does_too(self, at_admin, ana, rung):
        other = queues.Queue.objects.create(slug="other", name="Other")
        path = url(queues.Agent, "change", ana.pk)
        added = {
            "memberships-TOTAL_FORMS": "3",
            "memberships-2-queue": other.pk,
            "memberships-2-agent": ana.pk,
        }
        with rung as posted:
            assert save(at_admin, path, **added).status_code == 302
        assert other in ana.queues.all()
        assert (f"desk-{ana.user.pk}", "rights.changed") in posted


class TestQueues:
    def test_mode_is_signed_and_rings(self, at_admin, internet, sonja, rung):
        with rung as posted:
            assert (
                save(at_admin, url(queues.Queue, "change", internet.pk), mode="automatic").status_code == 302
            )
        internet.refresh_from_db()
        assert internet.mode == "automatic"
        assert author_of(last_event(queues.Queue)) == sonja.user.pk
        assert (f"queue-{internet.pk}", "record.changed") in posted

    def test_secret_is_never_shown_and_stays(self, at_admin, internet):
        path = url(queues.Queue, "change", internet.pk)
        save(at_admin, path, control_address="https://pbx.example", control_secret="hush")
        event = last_event(queues.Queue)
        event_page = url(type(event), "change", event.pk)
        for page in (path, url(queues.Queue, "history", internet.pk), event_page):
            assert "hush" not in at_admin.get(page).content.decode()
        save(at_admin, path, control_secret="")
        internet.refresh_from_db()
        assert internet.control_secret == "hush"


@pytest.mark.rule("R120")
def test_a_number_that_is_blocked_already_in_another_spelling_is_told(at_admin):
    path = url(queues.BlockedNumber, "add")
    assert save(at_admin, path, number="+31 20 794 0800").status_code == 302
    assert save(at_admin, path, number="0031 20 794 0800").status_code == 200
    assert queues.BlockedNumber.objects.get().number == "+31207940800"


class TestTags:
    @pytest.fixture
    def tag(self, internet, ana, jelena):
        return remarks.add_tag(held(chat_of(jelena, internet), by=ana).activity, "router", by=ana.user)

    def test_taking_one_away_is_an_edit(self, at_admin, tag, sonja):
        version = activities.Activity.objects.get().version
        at_admin.post(url(activities.Tag, "delete", tag.pk), {"post": "yes"})
        assert not activities.Tag.objects.exists()
        assert activities.Activity.objects.get().version == version + 1
        assert author_of(last_event(activities.Tag)) == sonja.user.pk

    @pytest.mark.rule("R55")
    def test_tag_of_a_closed_request_stays(self, at_admin, tag):
        CareRequest.objects.update(state="closed", closed_at=timezone.now())
        page = act_and_confirm(at_admin, activities.Tag, tag)
        assert "its request is closed" in page.content.decode()
        assert activities.Tag.objects.get() == tag


def act_and_confirm(client, model, row):
    given = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    return client.post(url(model, "changelist"), given, follow=True)


def test_unsaved_words_are_not_shown_to_supervisors(full, at_admin):
    draft = activities.Draft.objects.first()
    for page in (url(activities.Draft, "changelist"), url(activities.Draft, "change", draft.pk)):
        assert "secret words" not in at_admin.get(page).content.decode()


def test_supervisors_unlock_a_log_in(full, at_admin):
    attempt = AccessAttempt.objects.first()
    at_admin.post(url(AccessAttempt, "delete", attempt.pk), {"post": "yes"})
    assert not AccessAttempt.objects.filter(pk=attempt.pk).exists()


def test_rights_of_the_group_are_renewed(sonja):
    supervisors().permissions.clear()
    agents.promote(sonja.user)
    assert get_user_model().objects.get(pk=sonja.user.pk).has_perm("customers.change_customer")
