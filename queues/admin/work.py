"""Tasks and offers, to look at: their verbs are at the desk."""

from django.contrib import admin

from caredesk.admin import Events, LookOnly, Rows, Signed, Tracked
from queues.models import Agent, Offer, Presence, Task

CUSTOMER = "activity__customer__contact_points"


class ByAgent(admin.RelatedFieldListFilter):
    """All agents by name, with one query."""

    def field_choices(self, field, request, model_admin):
        agents = Agent.objects.select_related("user").order_by("user__username")
        return [(agent.pk, agent.shown_name) for agent in agents]


class Offers(Rows):
    model = Offer
    fields = ["agent", "offered_at", "expires_at", "ended_at", "outcome"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("agent__user")


@admin.register(Task)
class TaskAdmin(LookOnly, Tracked):
    list_display = ["waiting_since", "name", "queue", "medium", "state", "agent", "accepted_at", "ended_at"]
    list_filter = ["state", "queue", "medium", ("agent", ByAgent)]
    list_select_related = ["queue", "activity__customer", "agent__user"]
    search_fields = ["activity__source_name", "activity__source_email", "activity__source_phone"]
    search_fields += ["activity__customer__first_name", "activity__customer__last_name"]
    date_hierarchy = "waiting_since"
    ordering = ["-waiting_since", "-id"]
    inlines = [Offers]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related(CUSTOMER)

    @admin.display(description=Task._meta.get_field("activity").verbose_name)
    def name(self, task):
        return task.activity.shown_name


@admin.register(Offer)
class OfferAdmin(LookOnly, Signed):
    list_display = ["offered_at", "task", "agent", "expires_at", "ended_at", "outcome"]
    list_filter = ["outcome", ("agent", ByAgent)]
    list_select_related = ["task__queue", "task__activity__customer", "agent__user"]
    search_fields = ["agent__user__username"]
    date_hierarchy = "offered_at"
    ordering = ["-id"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related(f"task__{CUSTOMER}")


@admin.register(Presence)
class PresenceAdmin(LookOnly, Signed):
    list_display = ["agent", "lease_until"]
    list_filter = [("agent", ByAgent)]
    list_select_related = ["agent__user"]
    search_fields = ["agent__user__username"]


admin.site.register(Task.pgh_event_model, Events)
