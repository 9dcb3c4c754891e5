"""Requests, for supervisors: title and description, and reopening (R55)."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from activities.models import Activity
from caredesk.admin import Events, Rows, Tracked
from caredesk.admin_search import WORDS_OF_BOTH, ByWords
from caredesk.stale import Stale, locked, refuse_if_stale
from caredesk.texts import limited
from requests_app.editing import reopen, save_details
from requests_app.models import CareRequest

DETAILS = ("title", "description")


class CareRequestForm(forms.ModelForm):
    """A colleague's change since the page was opened is not overwritten."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = CareRequest
        fields = [*DETAILS, "version"]

    def clean(self):
        super().clean()
        try:
            current = locked(self.instance)
            refuse_if_stale(current, self.cleaned_data["version"], by=self.by)
        except Stale as stale:
            raise ValidationError(_("%s Open the page anew to see it.") % stale) from None
        if not current.is_open:
            raise ValidationError(_("This request is closed. Reopen it first."))
        return self.cleaned_data

    def _post_clean(self):
        """The verb stores the texts; what is too long is said beside its field."""
        for name in DETAILS:
            try:
                limited(self.cleaned_data.get(name, ""))
            except ValidationError as error:
                self.add_error(name, error)


class Activities(Rows):
    model = Activity
    fields = ["medium", "direction", "state", "started_at", "ended_at"]


@admin.register(CareRequest)
class CareRequestAdmin(ByWords, Tracked):
    form = CareRequestForm
    fields = [
        "customer",
        *DETAILS,
        "state",
        "solved",
        "created_at",
        "closed_at",
        "touched_at",
        "closes",
        "version",
    ]
    readonly_fields = ["customer", "state", "solved", "created_at", "closed_at", "touched_at", "closes"]
    list_display = ["name", "customer", "state", "created_at", "closed_at", "touched_at"]
    list_filter = ["state", "created_at"]
    search_help_text = WORDS_OF_BOTH
    date_hierarchy = "created_at"
    ordering = ["-id"]
    actions = ["reopen"]
    inlines = [Activities]

    def has_add_permission(self, request):
        """Requests begin at the desk."""
        return False

    def get_queryset(self, request):
        rows = super().get_queryset(request).select_related("customer")
        return rows.prefetch_related("customer__contact_points")

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        return type("SignedCareRequestForm", (form,), {"by": request.user})

    def save_model(self, request, obj, form, change):
        texts = {name: form.cleaned_data[name] for name in DETAILS}
        save_details(obj, texts, version=form.cleaned_data["version"], by=request.user)

    @admin.action(description=_("Reopen"), permissions=["change"])
    def reopen(self, request, queryset):
        closed = [care_request for care_request in queryset if not care_request.is_open]
        for care_request in closed:
            reopen(care_request, by=request.user)
        told = ngettext("%d request was reopened.", "%d requests were reopened.", len(closed)) % len(closed)
        self.message_user(request, told, messages.SUCCESS if closed else messages.WARNING)

    @admin.display(description=_("title"), ordering="title")
    def name(self, care_request):
        return care_request.shown_title

    @admin.display(description=_("closes by itself"))
    def closes(self, care_request):
        """Never a time while a task on it is live."""
        if care_request.is_open and care_request.solved:
            return _("when its last interaction ends")
        return _("not while work goes on") if care_request.is_busy else care_request.closes_at


admin.site.register(CareRequest.pgh_event_model, Events)
