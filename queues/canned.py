"""Canned replies: ready answers that an agent finds in the composer by a colon and the first letters."""

from django.db.models import Q

from queues.models import CannedReply


def replies(queue, typed, limit=8):
    """Those of the organisation and of this queue whose shortcut holds what is typed, beginnings first.

    The queue's own stands for the organisation's of the same shortcut. One letter is found at beginnings alone.
    """
    mine = Q(queue=None) | Q(queue=queue)
    holds = Q(shortcut__icontains=typed) if len(typed) > 1 else Q(shortcut__istartswith=typed)
    found = CannedReply.objects.filter(mine & holds).order_by("shortcut", "queue_id")
    by_shortcut = {}
    for reply in found:  # without a queue comes last
        by_shortcut.setdefault(reply.shortcut, reply)
    begun = sorted(
        by_shortcut.values(), key=lambda reply: not reply.shortcut.lower().startswith(typed.lower())
    )
    return begun[:limit]
