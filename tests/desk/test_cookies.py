"""Cookies at the top level and in a frame, over http and https; and that all code only knows plain names."""

from http.cookies import SimpleCookie

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from caredesk.cookies import CookieMiddleware, context, from_headers, in_frame

TOP, FRAME, FETCH = {"Sec-Fetch-Dest": "document"}, {"Sec-Fetch-Dest": "iframe"}, {"Sec-Fetch-Dest": "empty"}
TOLD = {"X-Caredesk-Framed": "1"}


def exchange(view, *, secure=False, headers=None, **cookies):
    """What the view finds in request.COOKIES, and the Set-Cookie lines that go out."""
    request = RequestFactory().get("/", secure=secure, headers=headers or {})
    request.COOKIES = cookies
    seen = {}

    def get_response(request):
        seen.update(request.COOKIES)
        response = HttpResponse()
        view(response)
        return response

    response = CookieMiddleware(get_response)(request)
    return seen, [morsel.OutputString() for morsel in response.cookies.values()]


def sets(response):
    response.set_cookie("sessionid", "abc", max_age=60, path="/desk", secure=False, samesite="None")


def set_cookie(**how):
    (line,) = exchange(sets, **how)[1]
    name, *attributes = [
        part.split("=")[0] if part.startswith("expires") else part for part in line.split("; ")
    ]
    return name, set(attributes) - {"expires", "Max-Age=60"}


class Test_what_goes_out:
    def test_over_http_is_a_plain_cookie_kept_from_scripts_and_other_sites(self):
        assert set_cookie(headers=TOP) == ("sessionid=abc", {"HttpOnly", "Path=/", "SameSite=Lax"})

    def test_over_https_is_bound_to_this_host(self):
        guarded = {"HttpOnly", "Path=/", "SameSite=Lax", "Secure"}
        assert set_cookie(secure=True, headers=TOP) == ("__Host-sessionid=abc", guarded)

    @pytest.mark.parametrize("secure", [False, True])
    def test_in_a_frame_is_partitioned(self, secure):
        guarded = {"HttpOnly", "Path=/", "SameSite=None", "Secure", "Partitioned"}
        assert set_cookie(secure=secure, headers=FRAME) == ("__Host-framed-sessionid=abc", guarded)

    def test_covers_every_cookie_and_its_deletion(self):
        def view(response):
            response.set_cookie("chat-internet", "token")
            response.delete_cookie("sessionid")

        _seen, (chat, gone) = exchange(view, headers=FRAME)
        assert chat.startswith("__Host-framed-chat-internet=token;")
        assert gone.startswith('__Host-framed-sessionid="";')
        assert "expires=Thu, 01 Jan 1970" in gone
        assert "Max-Age=0" in gone
        assert "Partitioned" in gone
        assert "Secure" in gone

    def test_leaves_a_value_as_it_was_quoted(self):
        value = 'a "b"; c, d'
        _seen, (line,) = exchange(lambda response: response.set_cookie("note", value), secure=True)
        assert SimpleCookie(line)["__Host-note"].value == value

    @pytest.mark.parametrize("name", ["zone", "theme"])
    def test_what_the_script_keeps_it_may_read(self, name):
        _seen, (line,) = exchange(lambda response: response.set_cookie(name, "x"))
        assert "HttpOnly" not in line


class Test_what_comes_in:
    SENT = {"sessionid": "plain", "__Host-sessionid": "top", "__Host-framed-sessionid": "framed"}

    @pytest.mark.parametrize(
        ("how", "expected"),
        [
            ({"headers": TOP}, "plain"),
            ({"headers": TOP, "secure": True}, "top"),
            ({"headers": FRAME}, "framed"),
            ({"headers": FRAME, "secure": True}, "framed"),
            ({"headers": FETCH}, "plain"),
            ({"headers": FETCH, "secure": True}, "top"),
            ({"headers": FETCH | TOLD, "secure": True}, "framed"),
            ({"headers": FETCH | TOLD}, "framed"),
            ({"headers": {"X-Caredesk-Framed": "0"}, "secure": True}, "top"),
            ({}, "plain"),
        ],
    )
    def test_is_only_what_was_set_this_way(self, how, expected):
        assert exchange(lambda response: None, **how, **self.SENT)[0] == {"sessionid": expected}

    def test_over_https_a_plain_cookie_counts_for_nothing(self):
        """A neighbour below the same domain could have set it; it cannot set one named __Host-."""
        assert exchange(lambda response: None, secure=True, sessionid="theirs")[0] == {}


class Test_in_a_frame:
    @pytest.mark.parametrize("destination", ["iframe", "frame", "embed", "object"])
    def test_is_a_document_that_says_so(self, destination):
        assert in_frame({}, destination, None)

    def test_is_not_a_document_at_the_top_whatever_comes_along(self):
        assert not in_frame({"__Host-framed-sessionid": "x"}, "document", None)

    @pytest.mark.parametrize("destination", ["empty", "websocket", None])
    def test_is_what_has_only_framed_cookies(self, destination):
        assert in_frame({"__Host-framed-csrftoken": "x", "unrelated": "y"}, destination, None)

    @pytest.mark.parametrize("own", ["csrftoken", "__Host-csrftoken"])
    def test_is_not_what_has_both_unless_the_page_tells(self, own):
        """A frame on our own address: both sets come along, also to the page at the top."""
        sent = {"__Host-framed-chat-internet": "x", "__Host-framed-csrftoken": "x", own: "y"}
        assert not in_frame(sent, "empty", None)
        assert in_frame(sent, "empty", "1")


class Test_a_socket:
    SENT = b"sessionid=plain; __Host-sessionid=top; __Host-framed-sessionid=framed"

    @pytest.mark.parametrize(
        ("query", "secure", "expected"),
        [
            (b"", False, "plain"),
            (b"", True, "top"),
            (b"framed=1", False, "framed"),
            (b"framed=1", True, "framed"),
        ],
    )
    def test_finds_the_cookies_of_its_page(self, query, secure, expected):
        assert from_headers([(b"cookie", self.SENT)], query, secure=secure) == {"sessionid": expected}

    def test_of_a_framed_page_is_known_by_its_cookie(self):
        assert from_headers([(b"cookie", b"__Host-framed-a=1")], b"", secure=True) == {"a": "1"}

    def test_may_have_none(self):
        assert from_headers([(b"host", b"desk")], b"framed=", secure=True) == {}


def test_the_page_is_told_how_its_script_sets_a_cookie():
    request = RequestFactory().get("/", secure=True)
    request.framed = True
    told = context(request)
    assert told["framed"]
    assert told["script_cookie"].startswith("__Host-framed-%; Max-Age=")
    assert told["script_cookie"].endswith("; Path=/; Secure; SameSite=None; Partitioned")
    request.framed = False
    assert context(request)["script_cookie"].endswith("; Path=/; Secure; SameSite=Lax")


class Test_a_whole_log_in:
    """Through all middlewares, each way with its own cookies, and without knowing the others."""

    @pytest.fixture
    def ana(self, django_user_model):
        return django_user_model.objects.create_user("ana", password="long enough")

    @pytest.mark.parametrize(
        ("secure", "headers", "prefix"),
        [
            (False, TOP, ""),
            (True, TOP, "__Host-"),
            (True, FRAME, "__Host-framed-"),
            (False, FRAME, "__Host-framed-"),
        ],
    )
    def test_works_with_the_csrf_check(self, ana, secure, headers, prefix):
        from django.test import Client

        client = Client(enforce_csrf_checks=True)
        page = client.get("/accounts/login/", secure=secure, headers=headers)
        token = page.context["csrf_token"]
        origin = {"Origin": ("https" if secure else "http") + "://testserver"}
        data = {"username": "ana", "password": "long enough", "csrfmiddlewaretoken": str(token)}
        answer = client.post("/accounts/login/", data, secure=secure, headers=headers | origin)
        assert answer.status_code == 302
        assert {name for name in client.cookies if name.endswith("sessionid")} == {prefix + "sessionid"}
        own = client.get("/accounts/password_change/", secure=secure, headers=headers)
        assert own.status_code == 200
        other = FRAME if headers is TOP else TOP
        elsewhere = client.get("/accounts/password_change/", secure=secure, headers=other)
        assert elsewhere.status_code == 302

    def test_of_a_page_that_hides_its_origin_is_refused_in_words(self, ana):
        from django.test import Client

        client = Client(enforce_csrf_checks=True)
        client.get("/accounts/login/", secure=True, headers=FRAME)
        answer = client.post("/accounts/login/", {}, secure=True, headers=FRAME | {"Origin": "null"})
        assert answer.status_code == 403
        assert "sandboxed frame" in answer.content.decode()
