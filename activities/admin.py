"""What was said and done, for supervisors to look at: verbs own it. Tags can be taken away."""

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from activities import merging, remarks
from activities.models import (
    Activity,
    Attachment,
    Call,
    Comment,
    Draft,
    Email,
    Interaction,
    Merge,
    Message,
    OpenCustomer,
    Outbox,
    RecentCustomer,
    Tag,
)
from caredesk.admin import Events, Filled, LookOnly, Rows, Signed, Tracked
from caredesk.admin_search import WORDS_OF_BOTH, ByWords
from requests_app.editing import Closed

ACTIVITY = ["activity__customer", "activity"]


class Look(LookOnly, Signed):
    """Rows that are read here and written at the desk."""

    ordering = ["-id"]


class OfActivity(Look):
    """With the activity's customer, named by more than one table."""

    list_select_related = ACTIVITY

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("activity__customer__contact_points")


class Messages(Rows):
    model = Message
    fields = ["seq", "side", "kind", "author_name", "text", "sent_at"]


class Tags(Rows):
    model = Tag
    fields = ["name", "added_by", "added_at"]


class Comments(Rows):
    model = Comment
    fields = ["author", "text", "written_at", "edited_at"]


class Calls(Rows):
    model = Call
    fields = ["from_number", "to_number", "state", "rang_at", "answered_at", "ended_at", "cause"]


class Emails(Rows):
    model = Email
    fields = ["direction", "from_address", "subject", "sent_at"]


@admin.register(Activity)
class ActivityAdmin(ByWords, LookOnly, Tracked):
    list_display = [
        "started_at",
        "medium",
        "direction",
        "state",
        "name",
        "care_request",
        "rating",
        "ended_at",
    ]
    list_filter = ["medium", "state", "direction", "rating", ("language", Filled)]
    search_help_text = WORDS_OF_BOTH
    date_hierarchy = "started_at"
    ordering = ["-started_at", "-id"]
    exclude = ["chat_token_hash", "address_hash"]
    inlines = [Messages, Calls, Emails, Tags, Comments]

    def get_queryset(self, request):
        rows = super().get_queryset(request).select_related("customer", "care_request")
        return rows.prefetch_related("customer__contact_points")

    @admin.display(description=_("customer"))
    def name(self, activity):
        return activity.shown_name


@admin.register(Message)
class MessageAdmin(ByWords, OfActivity):
    list_display = ["sent_at", "activity", "seq", "side", "author_name", "text"]
    list_filter = ["side", "kind"]


@admin.register(Call)
class CallAdmin(OfActivity):
    list_display = [
        "rang_at",
        "from_number",
        "to_number",
        "state",
        "answered_by",
        "answered_at",
        "ended_at",
        "cause",
    ]
    list_filter = ["state", ("cause", Filled)]
    list_select_related = [*ACTIVITY, "answered_by"]
    search_fields = ["from_number", "to_number", "=call_id"]
    date_hierarchy = "rang_at"


@admin.register(Email)
class EmailAdmin(OfActivity):
    list_display = ["sent_at", "direction", "from_address", "subject", "author"]
    list_filter = ["direction"]
    list_select_related = [*ACTIVITY, "author"]
    search_fields = ["from_address", "subject", "=message_id"]
    date_hierarchy = "sent_at"


@admin.register(Attachment)
class AttachmentAdmin(Look):
    list_display = ["created_at", "name", "content_type", "size"]
    list_filter = ["content_type"]
    search_fields = ["name"]


@admin.register(Tag)
class TagAdmin(OfActivity):
    """The organisation's words; taking one away is an edit of its activity."""

    list_display = ["name", "activity", "added_by", "added_at"]
    list_select_related = [*ACTIVITY, "added_by"]
    search_fields = ["name", "folded"]
    date_hierarchy = "added_at"

    def has_delete_permission(self, request, obj=None):
        return super(LookOnly, self).has_delete_permission(request, obj)

    def delete_model(self, request, obj):
        self.delete_queryset(request, [obj])

    def delete_queryset(self, request, queryset):
        kept = 0
        for tag in queryset:
            try:
                remarks.remove_tag(tag.activity, tag.pk, by=request.user)
            except Closed:
                kept += 1
        if kept:
            told = ngettext(
                "%d tag stays: its request is closed.", "%d tags stay: their requests are closed.", kept
            )
            self.message_user(request, told % kept, messages.WARNING)


@admin.register(Comment)
class CommentAdmin(ByWords, LookOnly, Tracked):
    list_display = ["written_at", "author", "activity", "text", "edited_at"]
    list_filter = ["author"]
    list_select_related = ["author", *ACTIVITY]
    date_hierarchy = "written_at"
    ordering = ["-id"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("activity__customer__contact_points")


@admin.register(Draft)
class DraftAdmin(Look):
    """That there is something unsaved, and of whom; not what: it is not said yet."""

    list_display = ["updated_at", "agent", "record", "field"]
    list_filter = ["agent", "field"]
    list_select_related = ["agent"]
    search_fields = ["record"]
    fields = ["agent", "record", "field", "updated_at"]


@admin.register(OpenCustomer)
class OpenCustomerAdmin(Look):
    list_display = ["opened_at", "agent", "customer", "activity"]
    list_select_related = ["agent", "customer", "activity__customer"]
    search_fields = ["agent__username"]

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .prefetch_related("customer__contact_points", "activity__customer__contact_points")
        )


@admin.register(Interaction)
class InteractionAdmin(Look):
    list_display = ["reported_at", "agent", "name", "activity", "closed_at"]
    list_filter = ["agent"]
    list_select_related = ["agent", "activity__customer"]
    search_fields = ["name", "external_id", "agent__username"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("activity__customer__contact_points")


@admin.register(RecentCustomer)
class RecentCustomerAdmin(Look):
    list_display = ["at", "agent", "customer"]
    list_filter = ["agent"]
    list_select_related = ["agent", "customer"]
    search_fields = ["agent__username"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("customer__contact_points")


@admin.register(Merge)
class MergeAdmin(Look):
    list_display = ["merged_at", "kept", "by", "undone_at"]
    list_select_related = ["kept", "by"]
    search_fields = ["kept__first_name", "kept__last_name"]
    date_hierarchy = "merged_at"
    actions = ["unmerge"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("kept__contact_points")

    def has_unmerge_permission(self, request):
        return request.user.has_perm("customers.change_customer")

    @admin.action(description=_("Un-merge: make two records of it again"), permissions=["unmerge"])
    def unmerge(self, request, queryset):
        """The last first, since an earlier one may be within it."""
        for merge in queryset.order_by("-pk"):
            try:
                other = merging.unmerge(merge, by=request.user)
            except merging.TooLate:
                self.message_user(request, _("Merges are taken back within 7 days."), messages.WARNING)
            except merging.Gone:
                self.message_user(request, _("That merge has been taken back already."), messages.WARNING)
            else:
                told = _("Two records again: %(name)s is back.") % {"name": other.shown_name}
                self.message_user(request, told)


@admin.register(Outbox)
class OutboxAdmin(Look):
    list_display = ["created_at", "kind", "due_at", "attempts", "done_at", "error"]
    list_filter = ["kind", ("done_at", admin.EmptyFieldListFilter)]
    search_fields = ["kind", "error"]


for model in (Activity, Tag, Comment):
    admin.site.register(model.pgh_event_model, Events)
