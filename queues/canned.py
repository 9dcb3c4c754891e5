"""Canned replies: ready answers that an agent finds in the composer by a colon and the first letters."""

from django.db.models import Q

from caredesk.sorting import in_order
from caredesk.texts import fold
from queues.models import CannedReply

FOUND, ALL = 8, 100


def replies(queue, typed):
    """Those of the organisation and of this queue whose shortcut holds what is typed, beginnings first.

    All of them where nothing is. The queue's own stands for the organisation's of the same shortcut. One letter is
    found at beginnings alone.
    """
    sought = fold(typed)
    holds = str.__contains__ if len(sought) > 1 else str.startswith
    # Here, for the database does not know that İ, I, i and ı may be one letter.
    found = CannedReply.objects.filter(Q(queue=None) | Q(queue=queue)).order_by("queue_id")
    found = in_order(
        [reply for reply in found if holds(fold(reply.shortcut), sought)], lambda reply: reply.shortcut
    )
    by_shortcut = {}
    for reply in found:  # without a queue comes last
        by_shortcut.setdefault(reply.shortcut, reply)
    begun = sorted(by_shortcut.values(), key=lambda reply: not fold(reply.shortcut).startswith(sought))
    return begun[: FOUND if sought else ALL]
