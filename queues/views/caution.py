"""When and how a pane says that a colleague changed what it shows (R52, R53).

Panes that may be edited carry the versions they were drawn with in hidden inputs with data-loaded="request-42". Their
looks send them along as `loaded`, and where a colleague has changed the record since, a look answers with the caution
alone: what stands in the fields stays until Load. Everything else is refreshed silently.
"""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from caredesk.realtime import name_of
from caredesk.stale import unseen

NAMES = {
    "title": _("Title"),
    "description": _("Description"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "emails": _("E-mail"),
    "phones": _("Phone"),
    "address": _("Address"),
    "city": _("City"),
    "country": _("Country"),
    "language": _("Language"),
    "company": _("Company"),
    "external_id": _("External id"),
    "notes": _("Notes"),
    "state": _("Status"),
    "closed_at": _("Status"),
    "solved": _("Status"),
    "tags": _("Tags"),
    "customer": _("Customer"),
    "care_request": _("Request"),
}
PLACE = {"customer", "care_request"}


def caution_of(stale, own=()):
    """For panes/caution.html; `own` are the fields that the reader has changed too, and not saved."""
    return {
        "who": stale.by,
        "when": stale.at,
        "fields": joined(stale.fields) or _("something"),
        "own_fields": joined(own),
        "overlaps": overlaps(stale, own),
        "mark": f"{name_of(stale.record)}:{stale.record.version}:{','.join(own)}",
    }


def overlaps(stale, own):
    return bool({*stale.fields} & {*own})


def joined(fields):
    """“Title, Description”, each once; what has no name of its own on the page is left out."""
    return ", ".join(dict.fromkeys(str(NAMES[field]) for field in fields if field in NAMES))


def loaded(request):
    """{"request-42": 3, …}: what the pane that looks was drawn with, and in which version."""
    pairs = (word.rpartition(":") for word in request.GET.get("loaded", "").split())
    return {
        name: int(number)
        for name, _colon, number in pairs
        if number.isascii() and number.isdecimal() and len(number) < 10
    }


def news_of(request, record):
    """What a colleague has changed since the pane that looks was drawn, or None."""
    version = loaded(request).get(name_of(record)) if record else None
    return unseen(record, version, by=request.user)


def tell(request, news, slot, *, own=(), status=200, **shown):
    """The caution alone, into its slot; nothing when it stands there already, so that nobody loses its button."""
    return put(request, caution_of(news, own), slot, status=status, **shown)


def put(request, caution, slot, *, status=200, **shown):
    if request.GET.get("caution") == caution["mark"]:
        return HttpResponse(status=204)
    response = render(request, "panes/caution.html", {"caution": caution, **shown}, status=status)
    response["HX-Retarget"], response["HX-Reswap"] = slot, "innerHTML"
    return response


def was_moved(request, activity, kind, record):
    """Whether the pane would show another record (`kind`: "request", "customer") because a colleague has moved the
    activity, of which Activity details tells: then it stays as it is until Load."""
    former = [name for name in loaded(request) if name.startswith(f"{kind}-")]
    if not former or (record and name_of(record) in former):
        return None
    news = news_of(request, activity)
    return news if news and PLACE & {*news.fields} else None
