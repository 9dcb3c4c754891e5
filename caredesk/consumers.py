"""The two sockets: an agent's desk and a customer's conversation."""

from django.urls import path

from caredesk.sockets import Socket


class DeskConsumer(Socket):
    pass


class ChatConsumer(Socket):
    pass


websocket_urlpatterns = [
    path("ws/desk/", DeskConsumer.as_asgi()),
    path("ws/chat/<slug:queue>/", ChatConsumer.as_asgi()),
]
