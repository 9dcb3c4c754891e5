"""The web process: HTTP goes to Django in threads, sockets to the consumers on the event loop."""

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caredesk.settings")

from django.core.wsgi import get_wsgi_application

wsgi = get_wsgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.urls import get_resolver, re_path

from caredesk import health
from caredesk.consumers import websocket_urlpatterns
from caredesk.mount import Mount
from caredesk.proxy import Proxied
from caredesk.sockets import Doorway, WebsocketDenier


class Beating:
    """From its first request on this server lets the dispatcher know that customers' pages can be heard."""

    def __init__(self, inner):
        self.inner, self.began = inner, False

    async def __call__(self, scope, receive, send):
        if not self.began and scope.get("server"):
            self.began = True
            health.beat_on("web")
        return await self.inner(scope, receive, send)


application = ProtocolTypeRouter(
    {
        "http": Mount(wsgi, settings.HTTP_THREADS),
        "websocket": Doorway(URLRouter([*websocket_urlpatterns, re_path("", WebsocketDenier.as_asgi())])),
    }
)
if settings.PROXY:
    application = Proxied(application)
application = Beating(application)

_everything_is_imported = get_resolver().url_patterns  # and the collector need never look at it again
gc.collect()
gc.freeze()
