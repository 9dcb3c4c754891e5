"""The two sockets: an agent's desk and a customer's conversation."""

from django.urls import path

from caredesk.consumers.chat import ChatConsumer
from caredesk.consumers.desk import DeskConsumer

__all__ = ["ChatConsumer", "DeskConsumer"]

websocket_urlpatterns = [
    path("ws/desk/", DeskConsumer.as_asgi()),
    path("ws/chat/<slug:queue>/", ChatConsumer.as_asgi()),
]
