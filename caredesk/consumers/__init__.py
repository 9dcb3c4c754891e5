"""The sockets: an agent's desk, their gadget in another desktop, and a customer's conversation."""

from django.urls import path

from caredesk.consumers.chat import ChatConsumer
from caredesk.consumers.desk import DeskConsumer
from caredesk.consumers.gadget import GadgetConsumer

__all__ = ["ChatConsumer", "DeskConsumer", "GadgetConsumer"]

websocket_urlpatterns = [
    path("ws/desk/", DeskConsumer.as_asgi()),
    path("ws/gadget/", GadgetConsumer.as_asgi()),
    path("ws/chat/<slug:queue>/", ChatConsumer.as_asgi()),
]
