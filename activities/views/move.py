"""Move: an activity of the journey to another request of its customer, and back from wherever it was moved (R80)."""

import re
from dataclasses import asdict

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from activities import moving
from caredesk.numbers import number
from caredesk.retrying import Overtaken
from caredesk.stale import Stale
from queues.permissions import agent_required
from queues.seat import Seat
from queues.views.beside import beside
from queues.views.caution import caution_of
from requests_app.editing import Closed
from requests_app.models import CareRequest

NEW = "new"
MOST = 50
UNDO_SECONDS = 600
NUMBER = re.compile(r"\d{1,18}", re.ASCII)
REFUSED = (Stale, Closed, moving.Elsewhere, Overtaken)


@agent_required
@require_http_methods(["GET", "HEAD", "POST"])
def move(request, task_id, activity_id):
    """GET: the menu "Move to…". POST: `to` is "request-42" or "new"; `load` shows everything as it is now.

    `version` is the activity as the page has shown it.
    """
    seat, activity, version, answer = begun(request, task_id, activity_id, menu)
    if answer:
        return answer
    target = target_of(seat, request.POST.get("to", ""))
    try:
        done = moving.to_request(activity, target, version=version, by=request.user)
    except REFUSED as error:
        return refused(request, seat, activity, error)
    return shown(request, Seat.take(request.agent, task_id, seat.selection), activity, done, _("Moved."))


@agent_required
@require_POST
def undo_move(request, task_id):
    """Take back the move that `done` describes: words of ours, signed for this agent ten minutes ago at most."""
    seat = Seat.take(request.agent, task_id, request.GET.get("selected", ""))
    if seat.is_preview:
        raise PermissionDenied
    try:
        done = signing.loads(request.POST.get("done", ""), salt=salt(request), max_age=UNDO_SECONDS)
    except signing.BadSignature:
        return said(request, _("Not undone: that is too long ago."))
    try:
        activity = moving.back(moving.Moved(**done), by=request.user)
    except REFUSED:
        return said(request, _("Not undone: the conversation has changed since."))
    own = activity == seat.current
    fresh = Seat.take(request.agent, task_id, "" if own else seat.selection)
    response = beside(request, fresh, notice=_("As it was before."), point=place_of(activity, fresh))
    return trigger_client_event(response, "look-tasks", {})


def mine(request, task_id, activity_id):
    """The seat and an activity of its journey; nothing is moved from a preview."""
    given = request.POST.get("selected") or request.GET.get("selected", "")
    seat = Seat.take(request.agent, task_id, given)
    activity = seat.find(f"activity-{activity_id}")
    if seat.is_preview:
        raise PermissionDenied
    return seat, activity


def begun(request, task_id, activity_id, draw):
    """(seat, activity, version, answer): the answer instead of a move, if this asks for none or may not have it.

    GET is answered by `draw(request, seat, activity, version)`, POST with `load` by everything as it is now.
    """
    seat, activity = mine(request, task_id, activity_id)
    version, answer = version_of(request), None
    if "load" in request.POST:
        answer = beside(request, seat)
    elif not seat.may(activity):
        answer = refused(request, seat, activity, Closed())
    elif not version:
        answer = HttpResponseBadRequest()
    elif request.method != "POST":
        answer = draw(request, seat, activity, version)
    return seat, activity, version, answer


def version_of(request):
    return number((request.POST if request.method == "POST" else request.GET).get("version", ""), 0)


def menu(request, seat, activity, version):
    targets = CareRequest.objects.joinable().filter(customer_id=activity.customer_id or 0)
    targets = targets.exclude(pk=activity.care_request_id).order_by("-created_at", "-pk")[:MOST]
    shown = {"seat": seat, "activity": activity, "version": version, "targets": targets}
    return render(request, "panes/journey.html#move_menu", shown)


def target_of(seat, name):
    if name == NEW and seat.customer:
        return None
    kind, _dash, pk = name.partition("-")
    found = None
    if kind == "request" and NUMBER.fullmatch(pk) and seat.customer:
        found = CareRequest.objects.filter(customer=seat.customer, pk=pk).first()
    if not found:
        raise Http404
    return found


def shown(request, seat, activity, done, words):
    """Everything beside the conversation, and one click that takes it back."""
    press = done and {
        "label": _("Undo"),
        "address": reverse("undo_move", args=[seat.place]),
        "values": {"done": signing.dumps(asdict(done), salt=salt(request))},
    }
    notice = words if done else ""
    return beside(request, seat, notice=notice, press=press, point=place_of(activity, seat))


def place_of(activity, seat):
    there = not seat.current or activity.customer_id == seat.current.customer_id
    return f"#act-{activity.pk}" if there else f"#act-{seat.current.pk}"


def salt(request):
    return f"move-{request.user.pk}"


def refused(request, seat, activity, error, *, at="#journey_caution"):
    """Nothing moved; what a colleague has changed is shown on Load."""
    if isinstance(error, Stale):
        shown = {"seat": seat, "activity": activity, "caution": caution_of(error)}
        response = render(request, "panes/journey.html#caution", shown, status=409)
        response["HX-Retarget"], response["HX-Reswap"] = at, "innerHTML"
        return trigger_client_event(response, "toast", {"words": _("Nothing moved.")})
    if isinstance(error, Closed):
        return said(request, _("Nothing moved: that request is closed."))
    return said(request, _("Nothing moved: it has been moved meanwhile, or the other is gone."))


def said(request, words, *, status=409):
    response = HttpResponse(status=status, headers={"HX-Reswap": "none"})
    return trigger_client_event(response, "toast", {"words": words})
