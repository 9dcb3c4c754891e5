"""What all administration pages share: changes are signed, history is that of the triggers, and the parts' pulse."""

from axes.admin import AccessAttemptAdmin
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import BigIntegerField, OuterRef, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.forms.models import BaseInlineFormSet
from django.http import Http404
from django.template.response import TemplateResponse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from caredesk.changes import LABELS, changes_of, label_of
from caredesk.history import acting
from caredesk.models import Heartbeat

admin.site.site_header = admin.site.site_title = _("Care Desk")
admin.site.index_title = _("Administration")


class Signed(admin.ModelAdmin):
    """Whatever a supervisor changes here is recorded as theirs."""

    show_full_result_count = False
    list_per_page = 50

    def changeform_view(self, request, *args, **kwargs):
        with acting(request.user):
            return super().changeform_view(request, *args, **kwargs)

    def changelist_view(self, request, extra_context=None):
        with acting(request.user):
            return super().changelist_view(request, extra_context)

    def delete_view(self, request, *args, **kwargs):
        with acting(request.user):
            return super().delete_view(request, *args, **kwargs)


class Tracked(Signed):
    """The page "History" tells what triggers recorded, and so also what happened at the desk."""

    def history_view(self, request, object_id, extra_context=None):
        record = self.get_object(request, object_id)
        if record is None:
            raise Http404
        if not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        context = self.admin_site.each_context(request) | {
            "title": _("What happened: %s") % record,
            "changes": changes_of(self.model, record.pk),
            "opts": self.opts,
            "object": record,
        }
        return TemplateResponse(request, "admin/changes.html", context)


class Dashed:
    """A filter where "-" stands for no value: a link needs a name."""

    def choices(self, changelist):
        for choice in super().choices(changelist):
            yield choice | {"display": choice["display"] or "-"}


class Chosen(Dashed, admin.ChoicesFieldListFilter):
    """The values there may be."""


class Filled(Dashed, admin.AllValuesFieldListFilter):
    """The values there are."""


class LookOnly:
    """Rows that verbs and triggers own: nobody adds, changes or deletes them here."""

    def has_add_permission(self, request, *args):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class Newest(BaseInlineFormSet):
    """The newest MOST of a record's rows, each of which knows the record: naming it asks for it no more."""

    MOST = 100

    def get_queryset(self):
        if not hasattr(self, "_newest"):
            self._newest = list(super().get_queryset()[: self.MOST])
            for row in self._newest:
                setattr(row, self.fk.name, self.instance)
        return self._newest


class Rows(LookOnly, admin.TabularInline):
    """Rows of another table below a record, to be read."""

    formset = Newest
    extra = 0
    can_delete = False
    show_change_link = True

    def __init__(self, *args):
        super().__init__(*args)
        words = {"rows": self.verbose_name_plural, "count": Newest.MOST}
        self.verbose_name_plural = format_lazy(_("{rows} (the newest {count} at most)"), **words)

    def get_queryset(self, request):
        return super().get_queryset(request).order_by("-pk")


class Labelled(admin.AllValuesFieldListFilter):
    """What was done, in words."""

    def choices(self, changelist):
        for choice in super().choices(changelist):
            yield choice | {"display": LABELS.get(choice["display"], choice["display"])}


class Events(LookOnly, admin.ModelAdmin):
    """All recorded changes of one kind of record, also of those deleted."""

    list_display = ["at", "what", "number", "words", "who"]
    list_filter = [("pgh_label", Labelled)]
    search_fields = ["pgh_obj_id__exact"]
    search_help_text = _("Number of the record")
    date_hierarchy = "pgh_created_at"
    ordering = ["-pgh_id"]
    show_full_result_count = False
    list_per_page = 50
    exclude = ["control_secret", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj"]
    readonly_fields = ["at", "what", "number", "who"]
    texts = ("title", "first_name", "last_name", "name", "value", "text", "get_state_display")

    def get_queryset(self, request):
        author = Cast(KeyTextTransform("by", "pgh_context"), BigIntegerField())
        users = get_user_model().objects.filter(pk=OuterRef("signed_by"))
        rows = super().get_queryset(request).annotate(signed_by=author)
        return rows.annotate(who=Subquery(users.values("username")))

    @admin.display(description=_("at"), ordering="pgh_id")
    def at(self, event):
        return event.pgh_created_at

    @admin.display(description=_("what"))
    def what(self, event):
        return label_of(event)

    @admin.display(description=_("number"), ordering="pgh_obj_id")
    def number(self, event):
        return event.pgh_obj_id

    @admin.display(description=_("words"))
    def words(self, event):
        found = (getattr(event, name, "") for name in self.texts)
        return " ".join(filter(None, (str(words() if callable(words) else words) for words in found)))[:80]

    @admin.display(description=_("by"), empty_value=_("The system"))
    def who(self, event):
        return event.who


@admin.register(Heartbeat)
class HeartbeatAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["part", "at"]


admin.site.unregister(AccessAttempt)


@admin.register(AccessAttempt)
class FailedLogIns(AccessAttemptAdmin):
    """Who failed to log in; to delete one unlocks that account at that address."""

    list_display = ["attempt_time", "username", "ip_address", "failures_since_start", "until", "status"]
    list_select_related = ["expiration"]

    @admin.display(description=_("status"))
    def status(self, attempt):
        left = max(0, settings.AXES_FAILURE_LIMIT - attempt.failures_since_start)
        return ngettext("%d more try", "%d more tries", left) % left if left else _("Locked Out")

    @admin.display(description=_("counts until"))
    def until(self, attempt):
        expiration = getattr(attempt, "expiration", None)
        return expiration and expiration.expires_at
