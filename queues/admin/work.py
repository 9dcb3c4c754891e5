"""Tasks and offers: what a supervisor does with a task that its agent cannot finish."""

from django import forms
from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from caredesk.admin import Chosen, Events, LookOnly, Rows, Signed, Tracked
from caredesk.confirming import Confirming, tell
from queues import clearing, transferring, why
from queues.accepting import NotYours
from queues.admin.agents import AnotherAgent
from queues.models import Agent, Offer, Presence, Task

CUSTOMER = "activity__customer__contact_points"


def each(tasks, verb):
    """(those for which the verb did it, why it did not for the others)"""
    done, refusals = [], []
    for task in tasks.order_by("pk"):
        try:
            done.append(verb(task))
        except NotYours as refusal:
            refusals.append(refusal)
    return done, refusals


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


class ReassignForm(forms.Form):
    to = AnotherAgent(label=_("To"))


@admin.register(Task)
class TaskAdmin(Confirming, LookOnly, Tracked):
    """Rows that verbs own; the actions call them."""

    list_display = ["waiting_since", "name", "queue", "medium", "state", "agent", "accepted_at", "ended_at"]
    list_filter = ["state", "queue", "medium", ("agent", ByAgent)]
    list_select_related = ["queue", "activity__customer", "agent__user"]
    search_fields = ["activity__source_name", "activity__source_email", "activity__source_phone"]
    search_fields += ["activity__customer__first_name", "activity__customer__last_name"]
    date_hierarchy = "waiting_since"
    ordering = ["-waiting_since", "-id"]
    readonly_fields = ["why"]
    inlines = [Offers]
    actions = ["take_over", "reassign", "requeue", "close"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related(CUSTOMER)

    def has_lead_permission(self, request):
        """Whoever sets up agents may move what these have."""
        return request.user.has_perm("queues.change_agent")

    @admin.action(description=_("Take over: in progress at your own desk"), permissions=["lead"])
    def take_over(self, request, queryset):
        mine = Agent.objects.working().filter(user=request.user).first()
        if not mine:
            return tell(self, request, "", [_("You are no agent yourself.")])
        return self.give(request, queryset, mine)

    @admin.action(description=_("Give to another agent, at once"), permissions=["lead"])
    def reassign(self, request, queryset):
        words = _("These tasks are in progress at the other agent's desk at once, without an offer.")
        asked = self.ask(request, queryset, "reassign", title=_("Give"), words=words, form=ReassignForm)
        return (
            self.give(request, queryset, asked.form.cleaned_data["to"]) if asked.is_answered else asked.page
        )

    def give(self, request, tasks, agent):
        done, refusals = each(tasks, lambda task: transferring.reassign(task.pk, agent, by=request.user))
        words = ngettext(
            "%(count)d task is %(name)s's now.", "%(count)d tasks are %(name)s's now.", len(done)
        )
        return tell(self, request, words % {"count": len(done), "name": agent.shown_name}, refusals)

    @admin.action(description=_("Put back in line, first"), permissions=["lead"])
    def requeue(self, request, queryset):
        words = _("These tasks leave their agents' desks and wait, first in line; their customers are told.")
        asked = self.ask(request, queryset, "requeue", title=_("Put back in line"), words=words)
        if not asked.is_answered:
            return asked.page
        done, refusals = each(queryset, lambda task: transferring.requeue(task.pk, by=request.user))
        words = ngettext("%d task waits in line.", "%d tasks wait in line.", len(done))
        return tell(self, request, words % len(done), refusals)

    @admin.action(description=_("Close: end the interaction"), permissions=["lead"])
    def close(self, request, queryset):
        words = _(
            "These interactions end for their customers. What agents have typed and not saved is not stored."
        )
        asked = self.ask(request, queryset, "close", title=_("Close"), words=words)
        if not asked.is_answered:
            return asked.page
        done = [task for task in queryset.order_by("pk") if clearing.close(task.pk, by=request.user)]
        words = ngettext("%d task was closed.", "%d tasks were closed.", len(done))
        return tell(self, request, words % len(done))

    @admin.display(description=_("activity"))
    def name(self, task):
        return task.activity.shown_name

    @admin.display(description=_("Who could take it"))
    def why(self, task):
        """Of one that waits: who was considered, and why they do not have it."""
        told = why.waiting(task) if task.state in (Task.WAITING, Task.OFFERED) else []
        return format_html_join("", "<div>{}: {}</div>", [(agent.shown_name, words) for agent, words in told])


@admin.register(Offer)
class OfferAdmin(LookOnly, Tracked):
    list_display = ["offered_at", "task", "agent", "expires_at", "ended_at", "outcome"]
    list_filter = [("outcome", Chosen), ("agent", ByAgent)]
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


for model in (Task, Offer):
    admin.site.register(model.pgh_event_model, Events)
