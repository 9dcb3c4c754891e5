"""An agent's desk."""

from caredesk.sockets import Socket


class DeskConsumer(Socket):
    pass
