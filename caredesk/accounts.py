"""Log-in, log-out, change of password."""

import math
import time

from django import forms
from django.conf import settings
from django.contrib.auth import views
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, gettext_lazy, ngettext

from caredesk.errors import is_fetched
from caredesk.languages import speak_to
from caredesk.lockout import Standing, address, one_at_a_time
from caredesk.proxy import is_loopback
from queues import agents, states

WAS_IN = "was_in"
WAS_IN_SECONDS = 30 * 24 * 3600
SLIDE_SECONDS = 300


class LogInForm(AuthenticationForm):
    """Says how many tries are left, how long to wait, or until when the log-in is locked."""

    error_messages = AuthenticationForm.error_messages | {
        "busy": gettext_lazy("Another try for this name is being checked. Try again in a moment."),
    }

    def clean(self):
        username = self.cleaned_data.get("username")
        if not username or not self.cleaned_data.get("password"):
            return self.cleaned_data
        with one_at_a_time(username, address(self.request)) as mine:
            if not mine:
                raise forms.ValidationError(self.error_messages["busy"], code="busy")
            self.refuse_early(Standing(self.request, username))
            return super().clean()

    def refuse_early(self, standing: Standing) -> None:
        if standing.locked_until:
            self.request.axes_locked_out = True
            raise locked(standing)
        if standing.wait:
            raise too_soon(standing)

    def get_invalid_login_error(self):
        standing = Standing(self.request, self.cleaned_data["username"])
        return locked(standing) if standing.locked_until else wrong(standing)


class LogIn(views.LoginView):
    authentication_form = LogInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            signed_out_hours=self.has_expired() and settings.SESSION_COOKIE_AGE // 3600,
            in_the_open=not self.request.is_secure() and not is_loopback(self.request.get_host()),
            **kwargs,
        )

    def has_expired(self) -> bool:
        """They were in, did not sign out, and were on their way to a page."""
        on_the_way = self.request.method == "GET" and self.get_redirect_url()
        return bool(on_the_way and self.request.COOKIES.get(WAS_IN))

    def form_valid(self, form):
        response = super().form_valid(form)
        if agent := getattr(form.get_user(), "agent", None):
            states.signed_in(agent)
            speak_to(agent, response)
        response.set_cookie(WAS_IN, "1", max_age=WAS_IN_SECONDS)
        return response


class LogOut(views.LogoutView):
    """Also closes the open desks of this session; drafts stay on the server."""

    next_page = reverse_lazy("login")

    def post(self, request, *args, **kwargs):
        user = request.user
        response = super().post(request, *args, **kwargs)
        if user.is_authenticated:
            agents.rights_changed(user)
        response.delete_cookie(WAS_IN)
        return response


class ChangePassword(views.PasswordChangeView):
    """Ends all other sessions of the user, and their open desks."""

    def form_valid(self, form):
        response = super().form_valid(form)
        agents.rights_changed(self.request.user)
        return response


class SlidingSessionMiddleware:
    """A session lasts SESSION_COOKIE_AGE from the last thing its user did; what a page does by itself does
    not count. Written every five minutes at most.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if by_hand(request) and response.status_code < 500 and request.session.accessed:
            self.slide(request.session)
        return response

    def slide(self, session) -> None:
        signed_in = "_auth_user_id" in session
        if signed_in and time.time() - session.get("slid", 0) > SLIDE_SECONDS:
            session["slid"] = int(time.time())


def by_hand(request) -> bool:
    return request.method == "POST" or not is_fetched(request)


def admin_door(request):
    """The admin has no log-in of its own; who comes back from ours goes on, whoever may not is told so."""
    wanted = request.GET.get("next") or reverse("admin:index")
    if not request.user.is_authenticated:
        return redirect(reverse("login", query={"next": wanted}))
    if not request.user.is_staff:
        raise PermissionDenied(gettext("Only supervisors may go there."))
    return redirect(
        wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else "admin:index"
    )


def wrong(standing: Standing) -> forms.ValidationError:
    words = ngettext(
        "Username or password is wrong. %(left)d try is left before a pause.",
        "Username or password is wrong. %(left)d tries are left before a pause.",
        standing.left,
    )
    return forms.ValidationError(words % {"left": standing.left}, code="invalid_login")


def too_soon(standing: Standing) -> forms.ValidationError:
    seconds = math.ceil(standing.wait.total_seconds())
    words = ngettext(
        "After several failed tries, please wait %(seconds)d second and try again.",
        "After several failed tries, please wait %(seconds)d seconds and try again.",
        seconds,
    )
    return forms.ValidationError(words % {"seconds": seconds}, code="too_soon")


def locked(standing: Standing) -> forms.ValidationError:
    words = gettext("Too many failed tries. Log-in is locked until %(time)s; a supervisor can unlock it.")
    return forms.ValidationError(words % {"time": clock(standing.locked_until)}, code="locked")


def clock(moment) -> str:
    return time_format(timezone.localtime(moment), "TIME_FORMAT")
