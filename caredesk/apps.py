from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CareDeskConfig(AppConfig):
    name = "caredesk"
    label = "caredesk"
    verbose_name = _("Operations")

    def ready(self):
        from caredesk.naming import name_all

        name_all()
