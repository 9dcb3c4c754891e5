"""What queues are made of: modes, members, ready answers, numbers."""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import ValidationError
from django.db.models import TextField
from django.db.models.functions import Cast, Concat
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext_lazy as _
from phonenumbers import SUPPORTED_REGIONS

from caredesk.admin import Events, LookOnly, Signed, Tracked
from queues import agents, hours
from queues.models import (
    BlockedNumber,
    CallerIdRule,
    CallLog,
    CannedReply,
    NotReadyReason,
    Queue,
    QueueMember,
)
from queues.supervising import store


class MembersFormSet(BaseInlineFormSet):
    """Each box has a name of its own, which Django leaves to the head of its column."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        if box := form.fields.get("DELETE"):
            box.widget.attrs["aria-label"] = box.label


class Members(admin.TabularInline):
    """Who works here; somebody else in a place is one removed and one added."""

    model = QueueMember
    formset = MembersFormSet
    extra = 0
    autocomplete_fields = ["agent"]

    def has_change_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("agent__user", "queue")


class MembersByVerb:
    """Saves memberships by the verbs, so that open desks see their lists change."""

    def save_formset(self, request, form, formset, change):
        if formset.model is not QueueMember:
            super().save_formset(request, form, formset, change)
            return
        formset.save(commit=False)
        for member in formset.deleted_objects:
            agents.remove_from([member.queue], member.agent, by=request.user)
        for member in formset.new_objects:
            agents.add_to([member.queue], member.agent, by=request.user)


class QueueForm(forms.ModelForm):
    """Hours are written in lines. The secret is written and never shown; left empty it stays."""

    hours = forms.CharField(
        label=_("Opening hours"),
        required=False,
        widget=AdminTextareaWidget(attrs={"rows": 5}),
        help_text=_("One line a day or for several: mon-fri 09:00-12:00, 13:00-17:00. Empty: always open."),
    )

    class Meta:
        model = Queue
        fields = ["control_secret"]
        widgets = {"control_secret": forms.PasswordInput(attrs={"autocomplete": "new-password"})}
        help_texts = {"control_secret": _("Not shown. Left empty it stays as it is.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["hours"] = hours.shown(self.instance.hours)

    def clean_hours(self):
        return hours.parse(self.cleaned_data["hours"])

    def clean_country(self):
        country = self.cleaned_data["country"].upper()
        if country and country not in SUPPORTED_REGIONS:
            raise ValidationError(_("Two letters, e.g. NL or RS."))
        return country

    def clean_control_secret(self):
        return self.cleaned_data["control_secret"] or self.instance.control_secret


@admin.register(Queue)
class QueueAdmin(MembersByVerb, Tracked):
    form = QueueForm
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "name",
                    "slug",
                    "mode",
                    "priority",
                    "offer_seconds",
                    "wrap_up_seconds",
                    "late_seconds",
                ]
            },
        ),
        (_("Customers"), {"fields": ["numbers", "country", "hours"]}),
        (_("Telephone system"), {"fields": ["control_address", "control_secret"], "classes": ["collapse"]}),
    ]
    list_display = ["name", "slug", "mode", "priority", "offer_seconds", "wrap_up_seconds", "late_seconds"]
    list_filter = ["mode"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [Members]

    def save_model(self, request, obj, form, change):
        if not change:
            store(obj)

    def save_related(self, request, form, formsets, change):
        """Its members first: everybody else, too, locks agents before the row of a queue."""
        super().save_related(request, form, formsets, change)
        if change:
            store(form.instance)


@admin.register(QueueMember)
class QueueMemberAdmin(LookOnly, Tracked):
    """To look things up; members are changed with their queue or agent."""

    list_display = ["agent", "queue"]
    list_filter = ["queue"]
    list_select_related = ["agent__user", "queue"]
    search_fields = ["agent__user__username", "queue__name"]


@admin.register(CannedReply)
class CannedReplyAdmin(Signed):
    list_display = ["shortcut", "queue", "text"]
    list_filter = ["queue"]
    list_select_related = ["queue"]
    search_fields = ["shortcut", "text"]


@admin.register(NotReadyReason)
class NotReadyReasonAdmin(Signed):
    list_display = ["name", "position"]
    list_editable = ["position"]
    search_fields = ["name"]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """In the list nothing but the head of the column says what the number is."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "position":
            field.widget.attrs["aria-label"] = field.label
        return field


@admin.register(BlockedNumber)
class BlockedNumberAdmin(Signed):
    list_display = ["number", "note", "blocked_by", "blocked_at"]
    list_select_related = ["blocked_by"]
    search_fields = ["number", "note"]
    date_hierarchy = "blocked_at"
    fields = ["number", "note"]

    def save_model(self, request, obj, form, change):
        obj.blocked_by = obj.blocked_by or request.user
        super().save_model(request, obj, form, change)


@admin.register(CallerIdRule)
class CallerIdRuleAdmin(Signed):
    list_display = ["prefix", "caller_id"]
    search_fields = ["prefix", "caller_id"]


@admin.register(CallLog)
class CallLogAdmin(LookOnly, Signed):
    """What telephone systems sent and what they were answered, for 30 days."""

    list_display = ["at", "event", "direction", "from_number", "to_number", "call_id", "status", "error"]
    list_filter = ["status"]
    search_fields = ["call_id"]
    search_help_text = _("Number, call id, or any word of what was sent or answered")
    date_hierarchy = "at"
    ordering = ["-id"]

    def get_search_results(self, request, queryset, search_term):
        """Also within what was sent and answered, whatever its fields are."""
        said = Concat(
            "call_id",
            Cast("request", TextField()),
            Cast("answer", TextField()),
            output_field=TextField(),
        )
        rows = queryset.annotate(said=said)
        for word in search_term.split():
            rows = rows.filter(said__icontains=word)
        return rows, False

    @admin.display(description=_("event"))
    def event(self, log):
        return log.request.get("event", "")

    @admin.display(description=_("direction"))
    def direction(self, log):
        return log.request.get("direction", "")

    @admin.display(description=_("from"))
    def from_number(self, log):
        return log.request.get("from", "")

    @admin.display(description=_("to"))
    def to_number(self, log):
        return log.request.get("to", "")

    @admin.display(description=_("error"))
    def error(self, log):
        return log.answer.get("error", "")


for model in (Queue, QueueMember):
    admin.site.register(model.pgh_event_model, Events)
