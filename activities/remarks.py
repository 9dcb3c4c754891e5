"""Tags and comments of an activity (R60 to R65)."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count, Min
from django.utils import timezone
from django.utils.translation import gettext as _

from activities.models import Comment, Tag
from caredesk.history import acting
from caredesk.realtime import announce
from caredesk.stale import count_edit, locked, refuse_if_stale
from caredesk.texts import TAG_LIMIT, fold, limited
from customers.bells import ring_journey
from requests_app.editing import announce_request_of, held_request_of, touch_or_refuse_for


class Twin(ValidationError):
    """The tag is there already; `tag` is the one that stands."""

    def __init__(self, tag):
        self.tag = tag
        super().__init__(_("“%(tag)s” is already there.") % {"tag": tag.name}, code="twin")


def add_tag(activity, name, *, by):
    """Add what was typed, trimmed. Raises Twin, Closed, or ValidationError (empty, more than 50 characters)."""
    name = limited(name.strip(), TAG_LIMIT).strip()
    if not name:
        raise ValidationError(_("Type a tag first."), code="empty")
    try:
        with transaction.atomic(), acting(by):
            touch_or_refuse_for(activity.pk)
            tag = Tag.objects.create(activity=activity, name=name, folded=fold(name), added_by=by)
            changed(activity, tag, None, tag.name)
    except IntegrityError:
        raise Twin(Tag.objects.get(activity=activity, folded=fold(name))) from None
    return tag


def remove_tag(activity, tag_id, *, version=None, by):
    """Remove a tag; one that is gone already is no error. Raises Closed, and Stale over an older `version`."""
    with transaction.atomic(), acting(by):
        held_request_of(activity.pk)
        refuse_if_stale(locked(activity), version, by=by)
        tag = Tag.objects.filter(activity=activity, pk=tag_id).first()
        if tag:
            touch_or_refuse_for(activity.pk)
            changed(activity, tag, tag.name, None)
            tag.delete()


def suggestions(activity, typed, limit=8):
    """The organisation's tags that begin with what was typed, most used first, without those it has."""
    mine = Tag.objects.filter(activity=activity).values("folded")
    words = Tag.objects.filter(folded__startswith=fold(typed)).exclude(folded__in=mine)
    ranked = words.values("folded").annotate(uses=Count("id"), shown=Min("name")).order_by("-uses", "folded")
    return [row["shown"] for row in ranked[:limit]]


def comment(activity, text, *, by):
    """Add a comment. Raises Closed, or ValidationError (empty, too long)."""
    text = checked(text)
    with transaction.atomic(), acting(by):
        touch_or_refuse_for(activity.pk)
        written = Comment.objects.create(activity=activity, author=by, text=text)
        announce(activity)
        announce_request_of(activity.pk)
    return written


def edit_comment(written, text, *, by):
    """The author changes their own words; shown as edited. Saving the same text changes nothing."""
    if written.author_id != by.pk:
        raise PermissionDenied
    text = checked(text)
    if text == written.text:
        return written
    written.text, written.edited_at = text, timezone.now()
    with transaction.atomic(), acting(by):
        touch_or_refuse_for(written.activity_id)
        written.save(update_fields=["text", "edited_at"])
        announce(written.activity)
        announce_request_of(written.activity_id)
    return written


def checked(text):
    text = limited(text).strip()
    if not text:
        raise ValidationError(_("Write the comment first."), code="empty")
    return text


def changed(activity, tag, before, after):
    count_edit(activity, {f"tags:{tag.folded}": (before, after)})
    announce(activity)
    announce_request_of(activity.pk)
    ring_journey(activity.customer_id)
