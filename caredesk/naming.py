"""What the administration calls what has no name of its own: relations, recorded changes, and the parts of others.

At the start, not in the models: Django would write a migration for every name.
"""

from django.apps import apps
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

OURS = ("customers", "requests", "activities", "queues")
PEOPLE = {
    "added_by": _("added by"),
    "agent": _("agent"),
    "answered_by": _("answered by"),
    "author": _("author"),
    "blocked_by": _("blocked by"),
    "by": _("by"),
    "called_back_by": _("called back by"),
    "kept": _("kept"),
    "returns_to": _("returns to"),
    "user": _("user"),
}
# Where Django and django-axes lack one of our languages, or put a name into a sentence that asks for another case, our
# catalogues have it.
FOREIGN = [
    gettext_noop("Add %(name)s"),
    gettext_noop("Add %s"),
    gettext_noop("Change %s"),
    gettext_noop("View %s"),
    gettext_noop("Select %s"),
    gettext_noop("Select %s to change"),
    gettext_noop("Select %s to view"),
    gettext_noop("- Select an option -"),
    gettext_noop("Breadcrumbs"),
    gettext_noop("Filter by %(field_name)s"),
    gettext_noop("Pagination %(name)s"),
    gettext_noop("Pagination %(name)s entries"),
    gettext_noop("Access lock out"),
    gettext_noop("Attempt Time"),
    gettext_noop("Clean up expired attempts"),
    gettext_noop("Failed Logins"),
    gettext_noop("Form Data"),
    gettext_noop("GET Data"),
    gettext_noop("HTTP Accept"),
    gettext_noop("IP Address"),
    gettext_noop("Locked Out"),
    gettext_noop("Logout Time"),
    gettext_noop("Meta Data"),
    gettext_noop("POST Data"),
    gettext_noop("Path"),
    gettext_noop("User Agent"),
    gettext_noop("access attempt"),
    gettext_noop("access attempt expiration"),
    gettext_noop("access attempt expirations"),
    gettext_noop("access attempts"),
    gettext_noop("access failure"),
    gettext_noop("access failures"),
    gettext_noop("access log"),
    gettext_noop("access logs"),
]


def name_all() -> None:
    """Called once every model is there."""
    apps.get_app_config("axes").verbose_name = _("Log-ins")
    for label in OURS:
        for model in apps.get_app_config(label).get_models():
            name_relations(model)
            if events := getattr(model, "pgh_event_model", None):
                name_events(events, model._meta)


def name_relations(model):
    """After who it is, else after what it refers to."""
    for field in model._meta.concrete_fields:
        if field.is_relation and field._verbose_name is None:
            field.verbose_name = PEOPLE.get(field.name) or field.related_model._meta.verbose_name


def name_events(events, recorded):
    name = events._meta
    name.verbose_name = format_lazy("{} · {}", recorded.verbose_name, _("history"))
    name.verbose_name_plural = format_lazy("{} · {}", recorded.verbose_name_plural, _("history"))
    name.get_field("pgh_created_at").verbose_name = _("at")
    name.get_field("pgh_label").verbose_name = _("what")
    events.__str__ = lambda event: f"{event._meta.verbose_name} {event.pgh_obj_id}"
