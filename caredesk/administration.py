"""The administration's lists of pages: what supervisors set up stands first, what is only to be read below it."""

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig

APPS = ("queues", "customers", "requests", "activities", "auth")


class AdministrationConfig(AdminConfig):
    default_site = "caredesk.administration.Administration"


class Administration(AdminSite):
    def get_app_list(self, request, app_label=None):
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: (is_history(model), not is_set_up(model)))
        return sorted(apps, key=lambda app: [*APPS, app["app_label"]].index(app["app_label"]))


def is_set_up(model):
    return model["perms"]["add"] or model["perms"]["change"]


def is_history(model):
    return model["object_name"].endswith("Event")
