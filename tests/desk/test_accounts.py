"""Log-in, its brake and its lock, log-out, change of password, and when a session ends."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from axes.models import AccessAttempt, AccessAttemptExpiration, AccessFailureLog
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import F
from django.test import Client
from django.utils.timezone import now

from caredesk import realtime
from queues import agents

LOGIN, RIGHT, WRONG = "/accounts/login/", "long enough", "not this one"


@pytest.fixture
def ana(db):
    return agents.create("ana", password=RIGHT)[0].user


@pytest.fixture
def published(monkeypatch):
    found = []
    monkeypatch.setattr(realtime, "post", lambda group, event: found.append((group, event["type"])))
    return found


def try_in(client, password, username="ana", **extra):
    return client.post(LOGIN, {"username": username, "password": password}, **extra)


def said(answer) -> str:
    return " ".join(answer.context["form"].non_field_errors())


def later(**time):
    """So much time passes for what has been counted."""
    back = timedelta(**time)
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - back)
    AccessAttemptExpiration.objects.update(expires_at=F("expires_at") - back)
    AccessFailureLog.objects.update(attempt_time=F("attempt_time") - back)


def fail(client, times, **how):
    for _ in range(times):
        answer = try_in(client, WRONG, **how)
        later(seconds=30)
    return answer


class Test_log_in:
    def test_has_the_names_of_the_contract(self, client, db):
        page = client.get(LOGIN).content.decode()
        assert '<label for="id_username">Username</label>' in page
        assert '<label for="id_password">Password</label>' in page
        assert '<button class="btn go big">Log in</button>' in page

    @pytest.mark.rule("R1")
    def test_tells_a_browser_that_knows_no_modules_in_words(self, client, db):
        page = client.get(LOGIN).content.decode()
        assert '<p class="notice bad" id="too_old" hidden>This browser is too old for Care Desk.' in page
        assert re.search(r'<script nomodule defer src="\S*js/chat/old\S*\.js"></script>', page)

    def test_leads_to_the_desk_or_where_one_was_going(self, ana):
        assert try_in(Client(), RIGHT)["Location"] == "/desk/"
        answer = Client().post(LOGIN, {"username": "ana", "password": RIGHT, "next": "/desk/7/"})
        assert answer["Location"] == "/desk/7/"

    def test_never_leads_to_another_host(self, ana, client):
        answer = client.post(
            LOGIN, {"username": "ana", "password": RIGHT, "next": "https://elsewhere.example/"}
        )
        assert answer["Location"] == "/desk/"

    def test_whoever_is_in_is_led_on(self, ana, client):
        client.force_login(ana)
        assert client.get(LOGIN, {"next": "/desk/7/"})["Location"] == "/desk/7/"

    def test_an_agent_is_not_sent_round_in_circles_by_the_admin(self, ana, client):
        client.force_login(ana)
        assert client.get("/admin/", follow=True).status_code == 403

    def test_a_stranger_comes_from_the_admin_to_the_same_log_in(self, client, db):
        answer = client.get("/admin/auth/user/", follow=True)
        assert answer.request["PATH_INFO"] == LOGIN
        assert answer.request["QUERY_STRING"] == "next=%2Fadmin%2Fauth%2Fuser%2F"

    @pytest.mark.parametrize(
        ("host", "warned"),
        [("127.0.0.1:8000", False), ("localhost", False), ("[::1]:8000", False), ("192.0.2.7:8000", True)],
    )
    def test_over_plain_http_from_elsewhere_is_no_way_to_run_in_earnest(self, client, db, host, warned):
        page = client.get(LOGIN, headers={"Host": host}).content.decode()
        assert ("came over plain http" in page) == warned
        assert (
            "came over plain http"
            not in client.get(LOGIN, secure=True, headers={"Host": host}).content.decode()
        )

    def test_speaks_the_language_that_is_pressed(self, client, db):
        answer = client.post(
            "/i18n/setlang/", {"language": "pl", "next": LOGIN + "?next=/desk/"}, follow=True
        )
        assert answer.request["QUERY_STRING"] == "next=%2Fdesk%2F"
        page = answer.content.decode()
        assert '<html lang="pl"' in page
        assert 'lang="pl" aria-current="true"' in page


class Test_a_failed_log_in:
    def test_says_how_many_tries_are_left_and_keeps_the_name(self, ana, client):
        answer = try_in(client, WRONG)
        assert answer.status_code == 200
        assert said(answer).startswith("Username or password is wrong. 9 tries are left")
        assert 'value="ana"' in answer.content.decode()

    def test_does_not_tell_whether_there_is_such_an_account(self, ana):
        known, unknown = Client(), Client()
        assert said(try_in(known, WRONG)) == said(try_in(unknown, WRONG, username="nobody"))
        assert said(fail(known, 9)) == said(fail(unknown, 9, username="nobody"))

    def test_of_a_disabled_user_looks_like_any_other(self, ana, client):
        agents.disable(ana, by=None)
        assert said(try_in(client, RIGHT)).startswith("Username or password is wrong. 9 tries")

    def test_without_a_name_or_password_is_not_counted(self, ana, client):
        client.post(LOGIN, {"username": "ana", "password": ""})
        assert not AccessAttempt.objects.exists()

    def test_keeps_no_password_and_no_token(self, ana, client):
        client.post(LOGIN, {"username": "ana", "password": WRONG, "csrfmiddlewaretoken": "t0ken"})
        kept = str(AccessAttempt.objects.values().get()) + str(AccessFailureLog.objects.values().get())
        assert WRONG not in kept
        assert "t0ken" not in kept

    def test_three_times_makes_the_next_wait_and_waiting_holds_no_thread(self, ana, client):
        for _ in range(2):
            try_in(client, WRONG)
        answer = try_in(client, WRONG)
        assert "7 tries are left" in said(answer)
        answer = try_in(client, RIGHT)
        assert said(answer) == "After several failed tries, please wait 1 second and try again."
        assert AccessAttempt.objects.get().failures_since_start == 3
        later(seconds=1)
        assert try_in(client, RIGHT).status_code == 302

    def test_the_wait_grows_to_half_a_minute(self, ana, client):
        fail(client, 2)
        waits = []
        for _ in range(7):
            try_in(client, WRONG)
            waits.append(said(try_in(client, WRONG)))
            later(seconds=30)
        assert [int(re.search(r"wait (\d+)", words)[1]) for words in waits] == [1, 2, 4, 8, 16, 30, 30]

    def test_then_a_right_one_forgets_the_failures(self, ana, client):
        fail(client, 3)
        assert try_in(client, RIGHT).status_code == 302
        assert "9 tries" in said(try_in(Client(), WRONG))

    def test_is_forgotten_after_a_quarter_of_an_hour(self, ana, client):
        fail(client, 3)
        later(minutes=15)
        assert "9 tries" in said(try_in(client, WRONG))


class Test_ten_failed_log_ins:
    def test_lock_until_a_time_that_is_said_even_the_right_password(self, ana, client):
        answer = fail(client, 10)
        assert answer.status_code == 429
        assert said(answer).startswith("Too many failed tries. Log-in is locked until ")
        answer = try_in(client, RIGHT)
        assert answer.status_code == 429
        assert said(answer).startswith("Too many failed tries.")
        assert "_auth_user_id" not in client.session

    def test_open_again_after_a_quarter_of_an_hour(self, ana, client):
        fail(client, 10)
        later(minutes=14)
        assert try_in(client, RIGHT).status_code == 429
        later(minutes=1)
        assert try_in(client, RIGHT).status_code == 302

    def test_tries_during_the_lock_do_not_lengthen_it(self, ana, client):
        fail(client, 10)
        end = AccessAttemptExpiration.objects.get().expires_at
        try_in(client, WRONG)
        assert AccessAttemptExpiration.objects.get().expires_at == end

    def test_lock_longer_each_time(self, ana, client):
        fail(client, 10)
        later(minutes=15)
        fail(client, 10)
        later(minutes=29)
        assert try_in(client, RIGHT).status_code == 429
        later(minutes=1)
        assert try_in(client, RIGHT).status_code == 302

    def test_a_short_lock_elsewhere_does_not_end_a_long_one(self, ana, client):
        fail(client, 10)
        later(minutes=15)
        fail(client, 10)
        later(minutes=16)
        try_in(Client(), WRONG, username="marko")
        assert try_in(client, RIGHT).status_code == 429

    def test_lock_nobody_else_behind_the_same_proxy(self, ana, client):
        agents.create("marko", password=RIGHT)
        fail(client, 10)
        assert try_in(Client(), RIGHT, username="marko").status_code == 302

    def test_lock_the_account_only_for_that_address(self, ana, client):
        fail(client, 10)
        assert try_in(Client(REMOTE_ADDR="192.0.2.9"), RIGHT).status_code == 302

    def test_cannot_be_spread_over_addresses_of_ones_own_making(self, ana, client):
        for number in range(10):
            try_in(client, WRONG, headers={"X-Forwarded-For": f"192.0.2.{number}"})
            later(seconds=30)
        assert try_in(client, RIGHT).status_code == 429

    def test_can_be_unlocked_by_a_supervisor(self, ana, client):
        fail(client, 10)
        AccessAttempt.objects.all().delete()
        assert try_in(client, RIGHT).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_many_tries_at_once_are_checked_one_at_a_time():
    """Nobody gets more than ten guesses by sending them together."""
    agents.create("ana", password=RIGHT)

    def guess(_number):
        try:
            return try_in(Client(), WRONG).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(guess, range(40)))
    attempt = AccessAttempt.objects.get()
    assert attempt.failures_since_start <= 3 + 1


class Test_a_session:
    def test_lasts_as_many_hours_as_the_setting_says(self, ana, client, settings):
        answer = try_in(client, RIGHT)
        assert answer.cookies["sessionid"]["max-age"] == settings.SESSION_COOKIE_AGE == 8 * 3600

    def test_slides_when_its_user_does_something(self, ana, client):
        client.force_login(ana)
        Session.objects.update(expire_date=now() + timedelta(hours=1))
        client.get("/accounts/password_change/")
        assert Session.objects.get().expire_date > now() + timedelta(hours=7)

    def test_slides_at_most_every_five_minutes(self, ana, client):
        client.force_login(ana)
        client.get("/accounts/password_change/")
        Session.objects.update(expire_date=now() + timedelta(hours=1))
        client.get("/accounts/password_change/")
        assert Session.objects.get().expire_date < now() + timedelta(hours=2)

    @pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {"Sec-Fetch-Dest": "empty"}])
    def test_does_not_slide_because_a_page_looks_by_itself(self, ana, client, headers):
        client.force_login(ana)
        Session.objects.update(expire_date=now() + timedelta(hours=1))
        client.get("/accounts/password_change/", headers=headers)
        assert Session.objects.get().expire_date < now() + timedelta(hours=2)

    def test_that_has_ended_says_so_at_the_log_in(self, ana, client):
        try_in(client, RIGHT)
        Session.objects.update(expire_date=now())
        page = client.get("/accounts/password_change/", follow=True).content.decode()
        assert "Signed out after 8 h. Drafts are kept." in page

    def test_that_never_was_is_not_called_ended(self, client, db):
        assert "Signed out" not in client.get("/accounts/password_change/", follow=True).content.decode()

    def test_that_was_left_is_not_called_ended(self, ana, client):
        try_in(client, RIGHT)
        client.post("/accounts/logout/")
        assert "Signed out" not in client.get("/accounts/password_change/", follow=True).content.decode()


class Test_log_out:
    def test_ends_the_session_and_tells_its_open_desks(
        self, ana, client, published, django_capture_on_commit_callbacks
    ):
        client.force_login(ana)
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post("/accounts/logout/")
        assert answer["Location"] == LOGIN
        assert not Session.objects.exists()
        assert (f"desk-{ana.pk}", "rights.changed") in published

    @pytest.mark.parametrize("address", ["/accounts/logout/", "/admin/logout/"])
    def test_is_never_done_by_a_link(self, ana, client, address):
        client.force_login(ana)
        assert client.get(address).status_code == 405
        assert Session.objects.exists()


class Test_change_of_password:
    CHANGED = {"old_password": RIGHT, "new_password1": "blue kettle 7", "new_password2": "blue kettle 7"}

    def test_ends_all_other_sessions(self, ana, client, published, django_capture_on_commit_callbacks):
        other = Client()
        for browser in (client, other):
            browser.force_login(ana)
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post("/accounts/password_change/", self.CHANGED, follow=True)
        assert "signed out everywhere else" in answer.content.decode()
        assert client.get("/accounts/password_change/").status_code == 200
        assert other.get("/accounts/password_change/").status_code == 302
        assert (f"desk-{ana.pk}", "rights.changed") in published

    def test_says_what_is_wrong_beside_the_field(self, ana, client):
        client.force_login(ana)
        answer = client.post("/accounts/password_change/", self.CHANGED | {"new_password2": "else"})
        page = answer.content.decode()
        assert answer.status_code == 200
        assert 'aria-invalid="true"' in page
        assert '<p class="err">' in page


def test_a_disabled_user_is_out_at_once(ana, client, published, django_capture_on_commit_callbacks):
    client.force_login(ana)
    assert client.get("/accounts/password_change/").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        agents.disable(ana, by=None)
    assert client.get("/accounts/password_change/").status_code == 302
    assert published == [(f"desk-{ana.pk}", "rights.changed")]
