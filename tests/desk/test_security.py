"""Who may open what without a log-in, and what browsers are told on every page and fragment."""

import pytest
from django.test import Client
from django.utils import timezone

from activities.models import Activity
from caredesk.security import PUBLIC
from customers.models import Customer
from queues import agents
from queues.models import Queue, Task
from requests_app.models import CareRequest
from tests.desk.addresses import all_addresses

DOORS = ("/accounts/login/?next=", "/admin/login/?next=")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
STRICT = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
}


@pytest.fixture
def ana(db):
    return agents.create("ana", password="long enough")[0].user


@pytest.fixture
def sonja(db):
    return agents.create("sonja", password="long enough", supervisor=True)[0].user


@pytest.fixture
def walker():
    """A browser that reports errors of the server as answers."""
    return Client(raise_request_exception=False)


def policy(response) -> dict:
    directives = response["Content-Security-Policy"].split("; ")
    return {name: values for name, _space, values in (directive.partition(" ") for directive in directives)}


def test_the_walk_finds_pages_of_all_kinds():
    found = all_addresses()
    assert {"/", "/accounts/login/", "/accounts/logout/", "/admin/auth/user/", "/i18n/setlang/"} <= set(found)


class Test_a_stranger:
    @pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
    def test_is_sent_to_the_log_in_from_everywhere_but_the_public_pages(self, db, walker, method):
        open_doors = []
        for address in all_addresses():
            if address.startswith((*PUBLIC, "/admin/login/")):
                continue
            answer = getattr(walker, method)(address)
            # 404 would be no answer: nothing is stored here, so a door that stands open leads to nothing.
            if answer.status_code != 302 or not answer["Location"].startswith(DOORS):
                open_doors.append((address, answer.status_code))
        assert open_doors == []

    def test_public_pages_are_the_few_that_are_meant(self):
        assert set(PUBLIC) == {
            "/accounts/login/",
            "/api/v1/cti/",
            "/chat.js",
            "/chat/",
            "/gadget/finesse.xml",
            "/healthz",
            "/i18n/",
            "/metrics",
        }

    def test_who_fetches_a_part_of_a_page_is_sent_with_the_whole_page(self, db, client):
        page = {"HX-Request": "true", "HX-Current-URL": "http://testserver/desk/7/?selected=activity-5"}
        answer = client.get("/accounts/password_change/", headers=page)
        assert answer.status_code == 401
        assert answer["HX-Redirect"] == "/accounts/login/?next=%2Fdesk%2F7%2F%3Fselected%3Dactivity-5"
        assert answer.content == b""

    def test_a_script_that_fetches_is_told_the_same(self, db, client):
        page = {"Sec-Fetch-Dest": "empty", "Referer": "http://testserver/desk/7/"}
        answer = client.post("/accounts/password_change/", headers=page)
        assert answer.status_code == 401
        assert answer["HX-Redirect"] == "/accounts/login/?next=%2Fdesk%2F7%2F"

    def test_a_page_of_another_host_is_no_way_back(self, db, client):
        page = {"HX-Request": "true", "HX-Current-URL": "https://elsewhere.example/desk/7/"}
        answer = client.get("/accounts/password_change/", headers=page)
        assert answer["HX-Redirect"] == "/accounts/login/?next=%2Fdesk%2F"


def assert_told(answer, address):
    assert answer.status_code != 500, address
    assert {name: answer[name] for name in HEADERS} == HEADERS, address
    assert set(answer["Content-Security-Policy"].split("; ")) >= STRICT, address
    assert "unsafe" not in answer["Content-Security-Policy"], address
    assert "camera=()" in answer["Permissions-Policy"], address
    assert "private" in answer["Cache-Control"] or "public" in answer["Cache-Control"], address


class Test_on_every_page_and_fragment:
    @pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "fragment"])
    @pytest.mark.parametrize("who", [None, "ana", "sonja"])
    def test_browsers_are_told_the_rules(self, request, walker, who, headers):
        if who:
            walker.force_login(request.getfixturevalue(who))
        else:
            request.getfixturevalue("db")
        for address in ["/nothing/here/", *all_addresses()]:
            assert_told(walker.get(address, headers=headers), address)

    def test_of_a_chat_in_progress_too(self, walker, ana):
        """Its records have the numbers that the walk asks for."""
        queue = Queue.objects.create(pk=1, slug="internet", name="Internet")
        customer = Customer.objects.create(pk=1, first_name="Jelena")
        care_request = CareRequest.objects.create(pk=1, customer=customer)
        known = {"customer": customer, "care_request": care_request, "state": Activity.ACTIVE}
        activity = Activity.objects.create(pk=1, medium=Activity.CHAT, **known)
        known = {"queue": queue, "agent": ana.agent, "accepted_at": timezone.now()}
        Task.objects.create(pk=1, activity=activity, medium=Activity.CHAT, state=Task.ACTIVE, **known)
        walker.force_login(ana)
        shown = set()
        for address in all_addresses():
            if address.startswith(("/desk/", "/gadget/", "/chat")):
                answer = walker.get(address)
                assert_told(answer, address)
                shown |= {address} if answer.status_code == 200 else set()
        assert shown >= {
            "/desk/1/",
            "/desk/1/communication/",
            "/desk/1/journey/",
            "/desk/1/comments/",
            "/gadget/",
        }

    def test_https_is_for_good(self, client, db):
        assert "max-age=31536000" in client.get("/accounts/login/", secure=True)["Strict-Transport-Security"]
        assert "Strict-Transport-Security" not in client.get("/accounts/login/")


class Test_frames:
    @pytest.mark.parametrize(
        "address", ["/accounts/password_change/", "/admin/", "/desk/", "/nothing/", "/healthz"]
    )
    def test_are_refused_to_everybody(self, db, client, settings, address):
        settings.GADGET_ORIGINS = ["https://crm.example"]
        answer = client.get(address)
        assert policy(answer)["frame-ancestors"] == "'none'"
        assert answer["X-Frame-Options"] == "DENY"

    @pytest.mark.parametrize("address", ["/accounts/login/", "/gadget/"])
    def test_of_the_gadgets_hosts_may_show_log_in_and_gadget(self, db, client, settings, address):
        settings.GADGET_ORIGINS = ["https://crm.example", "http://127.0.0.1:9000"]
        answer = client.get(address)
        assert policy(answer)["frame-ancestors"] == "'self' https://crm.example http://127.0.0.1:9000"
        assert "X-Frame-Options" not in answer

    def test_of_nobody_may_when_no_host_is_named(self, db, client, settings):
        settings.GADGET_ORIGINS = []
        answer = client.get("/accounts/login/")
        assert policy(answer)["frame-ancestors"] == "'none'"
        assert answer["X-Frame-Options"] == "DENY"

    @pytest.mark.parametrize(
        "address", ["/chat/internet/", "/chat/no-such-queue/", "/chat/internet/nothing/"]
    )
    def test_of_anybody_may_show_the_chat_and_its_errors(self, db, client, address):
        answer = client.get(address)
        assert policy(answer)["frame-ancestors"] == "*"
        assert "X-Frame-Options" not in answer


class Test_errors_in_words:
    def test_nothing_there(self, ana, client):
        client.force_login(ana)
        answer = client.get("/nothing/here/")
        assert answer.status_code == 404
        assert "<h1>Nothing is here</h1>" in answer.content.decode()

    def test_a_fragment_is_short_and_has_no_page_around_it(self, ana, client):
        client.force_login(ana)
        for headers in ({"HX-Request": "true"}, {"Sec-Fetch-Dest": "empty"}):
            answer = client.get("/nothing/here/", headers=headers)
            said = answer.content.decode().strip()
            assert answer.status_code == 404
            assert said.startswith('<p class="notice bad" role="alert">')
            assert "<html" not in said
            assert len(said) < 300

    def test_not_yours_says_the_words_of_the_refusal(self, ana, client):
        client.force_login(ana)
        answer = client.get("/admin/login/")
        assert answer.status_code == 403
        assert "Only supervisors may go there." in answer.content.decode()

    def test_a_request_that_cannot_be_read(self, client, db, settings):
        settings.ALLOWED_HOSTS = ["desk.example"]
        answer = client.get("/accounts/login/", headers={"Host": "elsewhere.example"})
        assert answer.status_code == 400
        assert "could not be read" in answer.content.decode()

    def test_an_error_of_ours_is_said_without_the_database(self, walker, monkeypatch):
        """No database is allowed in this test: the page asks for none."""
        monkeypatch.setattr("caredesk.accounts.LogIn.dispatch", lambda *args, **kwargs: 1 / 0)
        answer = walker.get("/accounts/login/")
        assert answer.status_code == 500
        assert "The error is on our side" in answer.content.decode()
        fragment = walker.get("/accounts/login/", headers={"HX-Request": "true"})
        assert fragment.status_code == 500
        assert "<html" not in fragment.content.decode()

    @pytest.mark.parametrize(
        ("headers", "words"),
        [
            ({}, "did not send the cookie"),
            ({"Origin": "null"}, "sandboxed frame"),
            ({"Origin": "https://elsewhere.example"}, "comes from another address"),
        ],
    )
    def test_a_form_that_may_be_forged(self, db, headers, words):
        client = Client(enforce_csrf_checks=True)
        answer = client.post("/accounts/login/", {}, headers=headers)
        assert answer.status_code == 403
        assert words in answer.content.decode()

    def test_a_customer_is_not_shown_the_way_to_the_desk(self, db, client):
        said = client.get("/chat/internet/nothing/").content.decode()
        assert 'href="/desk/"' not in said


class Test_https_only:
    @pytest.fixture(autouse=True)
    def https_only(self, db, settings):
        settings.HTTPS_ONLY = True

    def test_sends_a_page_on_to_https(self, client):
        answer = client.get("/accounts/login/?next=/desk/")
        assert answer.status_code == 301
        assert answer["Location"] == "https://testserver/accounts/login/?next=/desk/"

    def test_refuses_what_is_posted_in_the_open(self, client):
        answer = client.post("/accounts/login/", {"password": "seen by all"})
        assert answer.status_code == 403
        assert answer.content == b"Only https is served here."

    def test_lets_health_and_figures_be_asked(self, client):
        assert client.get("/healthz").status_code in (200, 503)
        assert client.get("/metrics").status_code == 200

    def test_serves_https(self, client):
        assert client.get("/accounts/login/", secure=True).status_code == 200


class Test_static_files:
    def test_are_kept_for_good_under_an_address_of_their_content(self, client, settings):
        answer = client.get(settings.STATIC_URL + "css/base.css")
        assert answer.status_code == 200
        assert "immutable" in answer["Cache-Control"]
        assert "Access-Control-Allow-Origin" not in answer
        assert answer["X-Content-Type-Options"] == "nosniff"

    def test_of_the_admin_are_there_too(self, client, settings):
        assert client.get(settings.STATIC_URL + "admin/css/base.css").status_code == 200
