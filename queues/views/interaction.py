"""What the host of the gadget has told it, on its way to `activities.interactions` (R110)."""

import json

from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from activities import interactions
from caredesk.places import Opened
from queues.permissions import agent_required

LONGEST = 65_536


@agent_required
@require_POST
def interaction(request):
    """POST `interaction`: the message as JSON. {"id", "open": address or null, "again": it was said before}, or 422
    {"error": words}."""
    try:
        told = interactions.read(given(request))
        again = interactions.is_known(told, by=request.user)
        verb = interactions.started if told.event == interactions.STARTED else interactions.ended
        done = verb(told, by=request.user)
    except ValidationError as error:
        return JsonResponse({"error": error.messages[0]}, status=422)
    shown = done if told.event == interactions.STARTED else None
    address = shown and reverse("task", args=[Opened(shown.pk)])
    return JsonResponse({"id": told.id, "open": address, "again": again})


def given(request):
    text = request.POST.get("interaction", "")
    try:
        return json.loads(text) if len(text) <= LONGEST else None
    except (ValueError, RecursionError):
        raise ValidationError(_("The message of the other desktop cannot be read.")) from None
