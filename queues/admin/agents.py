"""Agents at work: their limits and state, and what a supervisor does when somebody cannot."""

from functools import partial

from django import forms
from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from caredesk.admin import Chosen, Events, Tracked
from caredesk.confirming import Confirming, tell
from queues import agents, room, states, transferring, why
from queues.admin.setup import Members, MembersByVerb
from queues.models import Agent, Task
from queues.presence import live

LIMITS = ["extension", "language", "max_chats", "max_emails", "offers_during_call"]


class AgentMembers(Members):
    autocomplete_fields = ["queue"]
    verbose_name_plural = _("Queues")


class AnotherAgent(forms.ModelChoiceField):
    def __init__(self, **options):
        people = Agent.objects.working().select_related("user").order_by("user__first_name", "user__username")
        super().__init__(people, **options)


class HandOverForm(forms.Form):
    """`leaving`: the agents whose tasks go; nobody is handed their own."""

    to = AnotherAgent(label=_("To"), required=False, empty_label=_("Back to their queues, first in line"))

    def __init__(self, *args, leaving):
        super().__init__(*args)
        to = self.fields["to"]
        to.queryset = to.queryset.exclude(pk__in=[agent.pk for agent in leaving])


@admin.register(Agent)
class AgentAdmin(Confirming, MembersByVerb, Tracked):
    """Agents are made with their account (Users, Add)."""

    list_display = ["name", "state", "why", "since", "here", "busy", "works_in", "max_chats", "max_emails"]
    list_filter = ["state", ("reason", Chosen), "queues", "user__is_active"]
    search_fields = ["user__username", "user__first_name", "user__last_name", "extension"]
    fields = ["user", *LIMITS, "state", "why", "since", "last_offered_at", "idle"]
    readonly_fields = ["user", "state", "why", "since", "last_offered_at", "idle"]
    inlines = [AgentMembers]
    actions = ["set_not_ready", "hand_over"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        """Agents leave by being disabled; what they did keeps its author."""
        return False

    def get_queryset(self, request):
        rows = (
            super().get_queryset(request).select_related("user", "chosen_reason").prefetch_related("queues")
        )
        busy = Count("tasks", filter=Q(tasks__state=Task.ACTIVE), distinct=True)
        return rows.annotate(tasks_now=busy, is_at_desk=Exists(live().filter(agent=OuterRef("pk"))))

    def save_model(self, request, obj, form, change):
        agents.set_limits(obj, {name: form.cleaned_data[name] for name in LIMITS}, by=request.user)

    @admin.action(description=_("Set Not Ready: nothing more is offered to them"), permissions=["change"])
    def set_not_ready(self, request, queryset):
        ready = [agent for agent in queryset.order_by("pk") if agent.is_ready]
        for agent in ready:
            states.set_by_supervisor(agent, by=request.user)
        done = ngettext("%d agent was set Not Ready.", "%d agents were set Not Ready.", len(ready))
        tell(self, request, done % len(ready))

    @admin.action(description=_("Hand over their tasks in progress"), permissions=["change"])
    def hand_over(self, request, queryset):
        busy = [agent for agent in queryset.order_by("pk") if agent.tasks_now]
        if not busy:
            return tell(self, request, "", [_("these agents have no task in progress")])
        asked = self.ask(
            request,
            busy,
            "hand_over",
            title=_("Hand over"),
            words=_("All tasks in progress of these agents leave their desks; their customers are told."),
            form=partial(HandOverForm, leaving=busy),
        )
        if not asked.is_answered:
            return asked.page
        moved, refusals = [], []
        for agent in busy:
            done = transferring.hand_over(agent, to=asked.form.cleaned_data["to"], by=request.user)
            moved, refusals = moved + done[0], refusals + done[1]
        done = ngettext("%d task was handed over.", "%d tasks were handed over.", len(moved)) % len(moved)
        return tell(self, request, done, refusals)

    @admin.display(description=_("name"), ordering="user__first_name")
    def name(self, agent):
        return agent.shown_name

    @admin.display(description=_("reason"))
    def why(self, agent):
        return agent.shown_reason

    @admin.display(description=_("why nothing is offered, as their desk says it"))
    def idle(self, agent):
        return why.idle(room.of(agent.pk))

    @admin.display(description=_("at the desk"), boolean=True)
    def here(self, agent):
        return agent.is_at_desk

    @admin.display(description=_("in progress"))
    def busy(self, agent):
        return agent.tasks_now

    @admin.display(description=_("queues"))
    def works_in(self, agent):
        return ", ".join(queue.name for queue in agent.queues.all())


admin.site.register(Agent.pgh_event_model, Events)
