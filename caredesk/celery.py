"""Celery: auto-close, e-mail, outbox, reports. Never the clock for offers (see queues/management/commands/dispatch.py)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caredesk.settings")

app = Celery("caredesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
