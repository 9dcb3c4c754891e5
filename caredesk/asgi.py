"""The web process: HTTP goes to Django in threads, sockets to the consumers on the event loop."""

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caredesk.settings")

from django.core.wsgi import get_wsgi_application

wsgi = get_wsgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.urls import get_resolver, re_path

from caredesk.consumers import websocket_urlpatterns
from caredesk.mount import Mount
from caredesk.proxy import Proxied
from caredesk.sockets import Doorway, WebsocketDenier

application = ProtocolTypeRouter(
    {
        "http": Mount(wsgi, settings.HTTP_THREADS),
        "websocket": Doorway(URLRouter([*websocket_urlpatterns, re_path("", WebsocketDenier.as_asgi())])),
    }
)
if settings.PROXY:
    application = Proxied(application)

_everything_is_imported = get_resolver().url_patterns  # and the collector need never look at it again
gc.collect()
gc.freeze()
