"""What must be done before the parts of Care Desk may start."""

import os

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand

from caredesk.catalogs import compile_catalogs
from caredesk.models import Heartbeat
from queues.supervising import supervisors


class Command(BaseCommand):
    help = (
        "Compile the translations, migrate the database and, when nobody has an account yet and CAREDESK_DEMO is "
        "not 0, load the demo."
    )

    def handle(self, *args, **options):
        compile_catalogs()
        call_command("migrate", interactive=False, verbosity=0, stdout=self.stdout)
        supervisors()
        self.stdout.write("The database is up to date")
        # Those of a run that ended a moment ago would make a part look well before it has started.
        Heartbeat.objects.all().delete()
        if os.environ.get("CAREDESK_DEMO") != "0" and not get_user_model().objects.exists():
            self.stdout.write("Loading the demo: one morning at the desk")
            call_command("demo", stdout=self.stdout)
