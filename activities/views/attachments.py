"""Files of a conversation at the desk: sent by its agent, and served to those who may see it (R100)."""

from uuid import UUID

from django.http import FileResponse, Http404, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from activities import chat
from activities.models import Attachment
from caredesk import files
from queues import chats
from queues.models import Task
from queues.permissions import agent_required, task_or_404, visible_to

# It is kept by whoever may see it, and by nothing between; and whatever is in it, a browser runs none of it.
GUARDS = {
    "Cache-Control": "private, max-age=3600",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@agent_required
@require_POST
def attach(request, task_id):
    """POST uuid, file: 200 {"said", "seq"}; 409 {"refused", "why", "code"}; 400 without one of them."""
    task = task_or_404(request.agent, task_id)
    return told(request, lambda **sent: chats.answer_file(task.pk, **sent, by=request.agent))


@agent_required
@require_safe
def attachment(request, key):
    """The file, or with ?small its small picture."""
    found = get_object_or_404(Attachment, key=key, message__isnull=False)
    may = visible_to(request.agent).filter(activity__messages__attachments=found).exists()
    if not may and not request.user.is_staff:
        raise Http404
    return served(request, found)


def told(request, send):
    """What a page is told of the file that it sent by `send(upload=…, uuid=…)`."""
    upload, given = request.FILES.get("file"), request.POST.get("uuid", "")
    try:
        uuid = UUID(given)
    except ValueError:
        uuid = None
    if not upload or not uuid:
        return JsonResponse({"why": "file and uuid"}, status=400)
    try:
        message = send(upload=upload, uuid=uuid)
    except chat.Refused as error:
        why, code = error.messages[0], error.code
    except Task.DoesNotExist:
        why, code = _("This task is not yours any more."), "not_yours"
    else:
        return JsonResponse({"said": str(uuid), "seq": message.seq})
    return JsonResponse({"refused": str(uuid), "why": why, "code": code}, status=409)


def served(request, attachment):
    small = "small" in request.GET and attachment.width is not None
    try:
        file = files.path_of(attachment.key, small=small).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    kind = "image/webp" if small else attachment.content_type
    return FileResponse(file, as_attachment=True, filename=attachment.name, content_type=kind, headers=GUARDS)
