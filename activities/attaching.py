"""Files in a conversation (R100): what may be sent, found out by what is in it, and where it is kept.

Examined and written before anything is locked; nobody waits for a picture to be drawn.
"""

import re
import unicodedata
import uuid as uuids
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import batched

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from activities import chat, pictures
from activities.models import Attachment
from caredesk import files
from caredesk.texts import clean

MOST_BYTES = 10 << 20
LONGEST_NAME = 150
PDF = "application/pdf"
ENDINGS = {
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/gif": ("gif",),
    "image/webp": ("webp",),
    PDF: ("pdf",),
}
STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
ORPHANS_AFTER = timedelta(hours=1)
BATCH = 1_000


@dataclass
class Sent:
    """A file that is on the disk already and becomes an attachment of the message that is stored with it."""

    facts: dict
    belongs: bool = False

    @property
    def name(self):
        return self.facts["name"]

    def go_with(self, message):
        """Inside the transaction that stores the message."""
        message.file = Attachment.objects.create(message=message, **self.facts).facts
        self.belongs = True

    def refuse_if_too_many(self, activity, side):
        """At most CHAT_ATTACHMENTS a side and conversation, whose row the caller holds locked."""
        sent = Attachment.objects.filter(message__activity=activity, message__side=side)
        if sent.count() >= settings.CHAT_ATTACHMENTS:
            raise chat.Refused(_("No more files can be sent in this conversation."), code="too_many")


@contextmanager
def written(upload):
    """An uploaded file, examined and on the disk as a Sent; gone again when no message is stored with it.

    Raises chat.Refused in words.
    """
    try:
        facts, data, small = examined(upload)
    except ValidationError as error:
        raise chat.Refused(error.messages[0], code=error.code) from None
    sent = Sent(facts)
    try:
        for one, is_small in ((data, False), (small, True)):
            if one:
                files.write(facts["key"], one, small=is_small)
        yield sent
    except BaseException:
        sent.belongs = False
        raise
    finally:
        if not sent.belongs:
            files.remove(facts["key"])


def examined(upload):
    """(what Attachment keeps of it, the bytes to keep, those of its small copy or None)."""
    if is_pdf(upload):
        kind, data, small, measures = PDF, upload.read(), None, {}
    else:
        picture = pictures.redrawn(upload)
        kind, data, small = picture.content_type, picture.data, picture.small
        measures = {"width": picture.width, "height": picture.height}
    facts = {"key": uuids.uuid4(), "name": named(upload.name, kind), "content_type": kind, "size": len(data)}
    return facts | measures, data, small


def is_pdf(upload):
    """Or a picture; by what is in it, for a name and a declared type are only what the sender says."""
    if not upload.size:
        raise ValidationError(_("This file is empty."), code="empty")
    if upload.size > MOST_BYTES:
        raise ValidationError(_("This file is larger than 10 MB."), code="too_large")
    start = upload.read(16)
    upload.seek(0)
    if start.startswith(b"%PDF-"):
        return True
    if start.startswith(STARTS) or (start[:4] == b"RIFF" and start[8:12] == b"WEBP"):
        return False
    raise ValidationError(
        _("Only pictures (PNG, JPEG, GIF, WebP) and PDF files can be sent."), code="other_kind"
    )


def named(name, kind):
    """What the sender calls it, without folders and signs that nobody sees, and with an ending that is true."""
    name = re.split(r"[/\\]", clean(name))[-1]
    name = "".join(sign for sign in name if unicodedata.category(sign)[0] != "C").strip(" .")
    stem, dot, ending = name.rpartition(".")
    if ending.lower() in ENDINGS[kind] and stem:
        return f"{stem[:LONGEST_NAME]}{dot}{ending}"
    return f"{name[:LONGEST_NAME] or _('file')}.{ENDINGS[kind][0]}"


def sweep(now=None):
    """Remove from the disk what belongs to no attachment any more, or never came to belong; return how many."""
    moment = ((now or timezone.now()) - ORPHANS_AFTER).timestamp()
    gone = 0
    for keys in batched(files.older_than(moment), BATCH):
        kept = set(Attachment.objects.filter(key__in=keys).values_list("key", flat=True))
        for key in set(keys) - kept:
            files.remove(key)
            gone += 1
    return gone
