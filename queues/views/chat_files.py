"""Files of the customer's own conversation: sent, and served to the browser that holds its cookie (R100)."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST, require_safe

from activities.models import Attachment
from activities.views.attachments import served, told
from caredesk.cookies import all_called
from queues import chats, starting
from queues.views.chat import own


@require_POST
def chat_attach(request, queue):
    """POST uuid, file: 200 {"said", "seq"}; 409 {"refused", "why", "code"}; 400 without one of them."""
    _queue, activity = own(request, queue)
    return told(request, lambda **sent: chats.hear_file(activity, **sent))


@require_safe
def chat_attachment(request, queue, key):
    """The file, or with ?small its small picture.

    A picture in a page cannot say whether that page is framed, so either cookie of this browser will do.
    """
    tokens = all_called(request, f"chat-{queue}")
    own = [activity.pk for token in tokens if (activity := starting.of_token(token, queue))]
    if not own:
        raise PermissionDenied
    return served(request, get_object_or_404(Attachment, key=key, message__activity__in=own))
