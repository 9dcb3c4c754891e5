"""Accounts and agents. Supervisors make and disable agents; who is a superuser or has which rights is not theirs."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from caredesk.admin import Events, Signed, Tracked
from queues import agents
from queues.admin.setup import Members, MembersByVerb
from queues.models import Agent, Queue

User = get_user_model()
NAMES = ["first_name", "last_name", "email"]


class NewAgentForm(AdminUserCreationForm):
    """An account that works in these queues; without any it is nobody's agent."""

    queues = forms.ModelMultipleChoiceField(
        label=_("Queues"), queryset=Queue.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )


admin.site.unregister(User)


@admin.register(User)
class PersonAdmin(Signed, UserAdmin):
    add_form = NewAgentForm
    add_fieldsets = [
        (
            None,
            {"fields": ["username", "first_name", "last_name", "usable_password", "password1", "password2"]},
        ),
        (_("Agent"), {"fields": ["queues"]}),
    ]
    list_display = ["username", *NAMES, "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", "groups"]
    actions = ["disable", "make_supervisors"]
    theirs = [
        (None, {"fields": ["username", "password"]}),
        (_("Personal info"), {"fields": NAMES}),
        (_("Account"), {"fields": ["is_active", "is_staff", "last_login", "date_joined"]}),
    ]
    fixed = ["is_staff", "last_login", "date_joined"]

    def get_fieldsets(self, request, obj=None):
        if obj is None or request.user.is_superuser:
            return super().get_fieldsets(request, obj)
        return self.theirs

    def get_readonly_fields(self, request, obj=None):
        if obj is None or request.user.is_superuser:
            return super().get_readonly_fields(request, obj)
        return [*self.fixed, "is_active"] if obj == request.user else self.fixed

    def has_change_permission(self, request, obj=None):
        if obj and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if not change and form.cleaned_data["queues"]:
            agents.create(obj.username, password=None, queues=form.cleaned_data["queues"], by=request.user)
        if change and not obj.is_active:
            agents.disable(obj, by=request.user)
        elif change:
            agents.rights_changed(obj)

    def user_change_password(self, request, id, form_url=""):
        response = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == 302:
            agents.rights_changed(self.get_object(request, id))
        return response

    @admin.action(description=_("Disable: end their log-ins and open desks"), permissions=["change"])
    def disable(self, request, queryset):
        self.done_for(request, queryset, agents.disable)

    @admin.action(description=_("Make supervisors"), permissions=["change"])
    def make_supervisors(self, request, queryset):
        self.done_for(request, queryset, agents.promote)

    def done_for(self, request, queryset, verb):
        """Not for oneself, nor for whom one may not change."""
        allowed = [
            each for each in queryset if each != request.user and self.has_change_permission(request, each)
        ]
        for user in allowed:
            verb(user, by=request.user)
        told = ngettext("Done for %d account.", "Done for %d accounts.", len(allowed)) % len(allowed)
        self.message_user(request, told, messages.SUCCESS if allowed else messages.WARNING)


class AgentMembers(Members):
    autocomplete_fields = ["queue"]
    verbose_name_plural = _("Queues")


@admin.register(Agent)
class AgentAdmin(MembersByVerb, Tracked):
    """Agents are made with their account (Users, Add)."""

    list_display = ["name", "state", "reason", "since", "works_in", "max_chats", "max_emails", "extension"]
    list_filter = ["state", "reason", "queues", "user__is_active"]
    search_fields = ["user__username", "user__first_name", "user__last_name", "extension"]
    fields = ["user", "extension", "language", "max_chats", "max_emails", "offers_during_call"]
    fields += ["state", "reason", "since", "last_offered_at"]
    readonly_fields = ["user", "state", "reason", "since", "last_offered_at"]
    inlines = [AgentMembers]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        """Agents leave by being disabled; what they did keeps its author."""
        return False

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("user").prefetch_related("queues")

    @admin.display(description=_("name"), ordering="user__first_name")
    def name(self, agent):
        return agent.shown_name

    @admin.display(description=_("queues"))
    def works_in(self, agent):
        return ", ".join(queue.name for queue in agent.queues.all())


admin.site.register(Agent.pgh_event_model, Events)
