"""The product's own ASGI application with one more socket: the bare consumer."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")

import django

django.setup()

from django.urls import re_path

from bench.bare import BareConsumer
from caredesk.consumers import websocket_urlpatterns

websocket_urlpatterns.append(re_path(r"^ws/bench/\d+/$", BareConsumer.as_asgi()))

from caredesk.asgi import application

__all__ = ["application"]
