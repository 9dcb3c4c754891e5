"""What browsers are told not to allow, on every answer; and which doors are open to strangers.

The policies themselves are in settings.py (SECURE_CSP and what follows it).
"""

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.utils.csp import CSP
from django.utils.translation import gettext

from caredesk import errors

PUBLIC = (
    "/accounts/login/",
    "/api/v1/cti/",
    "/chat.js",
    "/chat/",
    "/gadget/finesse.xml",
    "/healthz",
    "/i18n/",
    "/metrics",
)
WITHOUT_TLS = ("/healthz", "/metrics")  # asked by machines beside this one
FRAMED_BY_ANYONE = ("/chat/",)
FRAMED_BY_GADGET_HOSTS = ("/accounts/login/", "/gadget/")


class SecurityHeadersMiddleware:
    """Framing by path (also of an error page there), and the headers for which Django has no setting."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        framers = framers_of(request.path_info)
        response.xframe_options_exempt = framers != [CSP.NONE]
        if not hasattr(response, "_csp_config"):
            response._csp_config = settings.SECURE_CSP | {"frame-ancestors": framers}
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        stored = "private, no-cache" if response.has_header("ETag") else "private, no-store"
        response.headers.setdefault("Cache-Control", stored)
        return response


def framers_of(path: str) -> list[str]:
    """Who may show this page in a frame."""
    if path.startswith(FRAMED_BY_ANYONE):
        return ["*"]
    if path.startswith(FRAMED_BY_GADGET_HOSTS) and settings.GADGET_ORIGINS:
        return [CSP.SELF, *settings.GADGET_ORIGINS]
    return [CSP.NONE]


class HttpsOnlyMiddleware:
    """With CAREDESK_HTTPS_ONLY=1 plain http is sent on to https; what is posted by it is refused in words."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not settings.HTTPS_ONLY or request.is_secure() or request.path_info in WITHOUT_TLS:
            return self.get_response(request)
        if request.method in ("GET", "HEAD"):
            return HttpResponsePermanentRedirect(f"https://{request.get_host()}{request.get_full_path()}")
        return HttpResponse(
            gettext("Only https is served here."), status=403, content_type="text/plain; charset=utf-8"
        )


class StrangersMiddleware(LoginRequiredMiddleware):
    """Every view wants a log-in but those named here, so that none can forget to ask."""

    def process_view(self, request, view_func, view_args, view_kwargs):
        if request.path_info.startswith(PUBLIC):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request, view_func):
        return errors.log_in(request) or super().handle_no_permission(request, view_func)
