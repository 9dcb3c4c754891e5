"""What agents note on an activity: tags and comments. No code that writes to a customer reads these."""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activities.models.activity import Activity
from caredesk.history import tracked
from caredesk.texts import TAG_LIMIT, all_at_most, at_most


@tracked()
class Tag(models.Model):
    """A word on one activity; `folded` decides what is the same word, the first spelling is shown (R62)."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="tags")
    name = models.TextField(_("tag"))
    folded = models.TextField(editable=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    added_at = models.DateTimeField(_("added"), default=timezone.now)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["activity", "id"]
        constraints = [
            UniqueConstraint(fields=["activity", "folded"], name="tag_is_unique_within_its_activity"),
            CheckConstraint(condition=~Q(name=""), name="tag_is_not_empty"),
            at_most("name", TAG_LIMIT, "tag_is_at_most_50_characters"),
        ]
        indexes = [models.Index(fields=["folded"], name="tag_by_word")]

    def __str__(self):
        return self.name


@tracked()
class Comment(models.Model):
    """What colleagues should know of an activity. Customers never see it (R65)."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField(_("text"))
    written_at = models.DateTimeField(_("written"), default=timezone.now)
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["activity", "id"]
        constraints = [
            CheckConstraint(condition=~Q(text=""), name="comment_is_not_empty"),
            *all_at_most("comment", ["text"]),
        ]

    def __str__(self):
        return self.text[:50]
