"""Accounts. Supervisors make and disable agents; who is a superuser or has which rights is not theirs."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from caredesk.admin import Signed
from queues import agents
from queues.models import Queue

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
        if change:
            set_active = agents.enable if obj.is_active else agents.disable
            set_active(obj, by=request.user)

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
