"""Celery: auto-close and what may take long. Never the clock for offers: that is `manage.py dispatch`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caredesk.settings")

app = Celery("caredesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
