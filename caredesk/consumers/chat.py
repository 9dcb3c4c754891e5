"""A customer's conversation."""

from caredesk.sockets import Socket


class ChatConsumer(Socket):
    pass
