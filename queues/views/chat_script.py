"""The embed script: a site that wants the chat puts one script tag into its pages (docs/integrating.md)."""

import json
from functools import cache

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe

CACHE_SECONDS = 300


@require_safe
@conditional_page
def chat_script(request):
    """In the words of the reader's browser, so `Vary: Accept-Language`; the same for everybody else."""
    words = {"open": _("Chat with us"), "title": _("Chat"), "unread": _("Unread messages: %n")}
    response = HttpResponse(
        f"{loader().rstrip()}({json.dumps(words)});\n", content_type="text/javascript; charset=utf-8"
    )
    response["Cache-Control"] = f"public, max-age={CACHE_SECONDS}"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@cache
def loader() -> str:
    return (settings.BASE_DIR / "static/js/chat/loader.js").read_text()
