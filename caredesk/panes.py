"""A pane of the desk: one template `panes/<name>.html` of two parts, a frame that listens and the content inside.

    <section id="NAME" data-records="request-42" hx-get="…" hx-trigger="…" hx-target="this" hx-swap="innerHTML">
    {% partialdef content inline %} … {% endpartialdef %}
    </section>

`{% frame "NAME" seat listens %}` writes these attributes for the records that the context lists in `listens`. Its view
module has `context(request, seat) -> dict`, which the desk uses too when it shows all panes at once, and a view of the
same name, which answers with the content alone.
"""

import hashlib

from django.conf import settings
from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language

from caredesk.realtime import name_of


def whole(request, name: str, context: dict) -> str:
    """Frame and content, safe to be put into a page. Each pane has its context for itself."""
    return render_to_string(f"panes/{name}.html", context, request)


def content(request, name: str, context: dict, *, status: int = 200, part: str = "content") -> HttpResponse:
    """What goes inside the frame, the answer to every look and save; `part` names another partial of the pane."""
    return render(request, f"panes/{name}.html#{part}", context, status=status)


def look(request, name: str, context: dict) -> HttpResponse:
    """The content; with its frame when that listens for something else than what `context["listens"]` names by now."""
    if request.GET.get("of", "") == names(context["listens"]):
        return content(request, name, context)
    return HttpResponse(whole(request, name, context | {"oob": True}), headers={"HX-Reswap": "none"})


def names(records) -> str:
    """`request-42 activity-9`: of records and names, without what there is not."""
    return " ".join(name_of(record) for record in records if record)


def unchanged(request, *shown) -> HttpResponse | None:
    """A 304 if the browser has this already: `shown` is everything that the answer depends on.

    Give the same to `tagged`. The reader, their language and zone count by themselves.
    """
    answer = get_conditional_response(request, etag=etag(request, *shown))
    return answer if isinstance(answer, HttpResponseNotModified) else None


def tagged(request, response: HttpResponse, *shown) -> HttpResponse:
    response["ETag"] = etag(request, *shown)
    return response


def etag(request, *shown) -> str:
    language, zone = get_language(), request.COOKIES.get("zone")
    reader = (settings.STATIC_URL, request.user.pk, language, zone, request.headers.get("HX-Request"))
    return '"' + hashlib.sha256(repr((reader, shown)).encode()).hexdigest()[:20] + '"'
