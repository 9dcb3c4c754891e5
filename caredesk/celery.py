"""Celery: auto-close and what may take long. Never the clock for offers: that is `manage.py dispatch`."""

import os

from celery import Celery
from celery.app.amqp import AMQP
from kombu import Connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caredesk.settings")

PAUSES = {"interval_start": 1, "interval_step": 1, "interval_max": 3}


class Impatient(Connection):
    """Tries every 3 seconds whether the broker is back. The usual pauses grow to half a minute, whatever is set."""

    def ensure_connection(self, errback=None, max_retries=None, **options):
        return super().ensure_connection(errback, max_retries, **PAUSES | options)


class Broker(AMQP):
    Connection = Impatient


app = Celery("caredesk", amqp=Broker)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
