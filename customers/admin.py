"""Customers, for supervisors. Saving calls the verb, so that agents who look at the customer see it."""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from activities.models import Activity
from caredesk.admin import Events, Filled, LookOnly, Rows, Tracked
from caredesk.admin_search import ByWords
from caredesk.stale import Stale, locked, refuse_if_stale
from customers import editing
from customers.models import FIELDS, ContactPoint, Customer
from requests_app.models import CareRequest

LINES = {"emails": _("E-mails"), "phones": _("Phones")}
LONG = ("address", "notes", *LINES)


class CustomerForm(forms.ModelForm):
    """E-mails and phones are one a line. A colleague's change since the page was opened is not overwritten."""

    version = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    emails = forms.CharField(
        label=LINES["emails"], widget=AdminTextareaWidget, required=False, help_text=_("One a line.")
    )
    phones = forms.CharField(
        label=LINES["phones"], widget=AdminTextareaWidget, required=False, help_text=_("One a line.")
    )

    class Meta:
        model = Customer
        fields = [*FIELDS, "emails", "phones", "version"]
        widgets = {name: AdminTextInputWidget for name in FIELDS if name not in LONG}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("emails", "phones") if self.instance.pk else ():
            self.initial[name] = "\n".join(getattr(self.instance, name))
        for name in LONG:
            self.fields[name].widget.attrs["rows"] = 3

    def values(self):
        given = {name: self.cleaned_data.get(name, "") for name in (*FIELDS, *LINES)}
        return given | {name: given[name].splitlines() for name in LINES}

    def clean(self):
        super().clean()
        try:
            (editing.cleaned if self.instance.pk else editing.somebody)(self.values())
            if self.instance.pk:
                refuse_if_stale(locked(self.instance), self.cleaned_data["version"], by=self.by)
        except Stale as stale:
            raise ValidationError(_("%s Open the page anew to see it.") % stale) from None
        return self.cleaned_data

    def _post_clean(self):
        """The verb builds and checks the customer."""


class Requests(Rows):
    model = CareRequest
    fields = ["title", "state", "created_at", "closed_at"]


class Activities(Rows):
    model = Activity
    fields = ["medium", "direction", "state", "started_at", "ended_at"]


@admin.register(Customer)
class CustomerAdmin(ByWords, Tracked):
    form = CustomerForm
    fieldsets = [
        (None, {"fields": ["first_name", "last_name", "emails", "phones", "version"]}),
        (_("Address"), {"fields": ["address", "city", "country", "language"]}),
        (_("Organisation"), {"fields": ["company", "external_id", "notes"]}),
    ]
    list_display = ["name", "first_email", "first_phone", "city", "country", "language", "created_at"]
    list_filter = [("country", Filled), ("language", Filled)]
    search_help_text = _("Name, company, external id, e-mail or phone")
    date_hierarchy = "created_at"
    ordering = ["-id"]
    inlines = [Requests, Activities]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("contact_points")

    def get_form(self, request, obj=None, change=False, **kwargs):
        return type(
            "SignedCustomerForm", (super().get_form(request, obj, change, **kwargs),), {"by": request.user}
        )

    def save_model(self, request, obj, form, change):
        if change:
            version = form.cleaned_data["version"]
            stored = editing.save(obj, form.values(), version=version, by=request.user)
        else:
            stored = editing.create(form.values(), by=request.user)
        obj.__dict__.update(stored.__dict__)

    @admin.display(description=_("name"), ordering="last_name")
    def name(self, customer):
        return customer.shown_name

    @admin.display(description=_("e-mail"))
    def first_email(self, customer):
        return next(iter(customer.emails), "")

    @admin.display(description=_("phone"))
    def first_phone(self, customer):
        return next(iter(customer.phones), "")


@admin.register(ContactPoint)
class ContactPointAdmin(LookOnly, Tracked):
    """To look things up; addresses are changed with their customer."""

    list_display = ["value", "normalised", "kind", "customer"]
    list_filter = ["kind"]
    list_select_related = ["customer"]
    search_fields = ["value", "normalised"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("customer__contact_points")


for model in (Customer, ContactPoint):
    admin.site.register(model.pgh_event_model, Events)
