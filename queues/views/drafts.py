"""The server's copy of what an agent types and has not saved (R51)."""

import re

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBadRequest
from django.views.decorators.http import require_POST

from activities import drafts as kept
from activities.views.comments import CALL_COMMENT
from customers.forms import VERSION, is_field
from queues.permissions import agent_required, may_watch

KNOWN = {"message", "title", "description", "request_version", "tag", "comment", CALL_COMMENT, VERSION}
KNOWN |= {"transfer_note"}
EDITED_COMMENT = re.compile(r"comment-\d{1,18}")


@agent_required
@require_POST
def drafts(request):
    record, field = request.POST.get("record", ""), request.POST.get("field", "")
    if field not in KNOWN and not is_field(field) and not EDITED_COMMENT.fullmatch(field):
        return HttpResponseBadRequest()
    if not may_watch(request.agent, record):
        raise PermissionDenied
    kept.keep(request.user, record, field, request.POST.get("text", ""))
    return HttpResponse(status=204)
