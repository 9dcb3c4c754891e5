"""Errors in words: a page to a browser, a short fragment to a page that fetches (htmx or fetch)."""

from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import REASON_NO_CSRF_COOKIE
from django.shortcuts import render, resolve_url
from django.views.decorators.csrf import requires_csrf_token


@requires_csrf_token
def bad_request(request, exception=None):
    return answer(request, 400)


@requires_csrf_token
def forbidden(request, exception=None):
    """With the words of the refusal, where a verb or view gave some."""
    return answer(request, 403, why=str(exception or ""))


@requires_csrf_token
def not_found(request, exception=None):
    return answer(request, 404)


@requires_csrf_token
def failed(request):
    return answer(request, 500)


def csrf_failure(request, reason=""):
    context = {
        "no_cookie": reason == REASON_NO_CSRF_COOKIE,
        "null_origin": request.headers.get("Origin") == "null",
    }
    return answer(request, 403, template="403_csrf.html", **context)


def answer(request: HttpRequest, status: int, template: str = "", **context) -> HttpResponse:
    template = template or f"{status}.html"
    if is_fetched(request):
        template += "#words"
    context |= {"fragment": is_fetched(request), "to_a_customer": request.path_info.startswith("/chat")}
    return render(request, template, context, status=status)


def log_in(request: HttpRequest) -> HttpResponse | None:
    """To a page whose session has ended while it fetches a part of itself: the whole page goes to the log-in.

    None where the browser itself asks for a page: a redirect does, then.
    """
    if not is_fetched(request):
        return None
    address = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': page_of(request)})}"
    return HttpResponse(status=401, headers={"HX-Redirect": address})


def is_fetched(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true" or request.headers.get("Sec-Fetch-Dest") == "empty"


def page_of(request: HttpRequest) -> str:
    """The address of the page that fetches, if it is one of ours."""
    page = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    if page.netloc != request.get_host():
        return resolve_url(settings.LOGIN_REDIRECT_URL)
    return page._replace(scheme="", netloc="").geturl()
