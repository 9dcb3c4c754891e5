"""Settings and addresses of a server that streams without end, beside the product's own."""

from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path

from caredesk.urls import *  # noqa: F403
from caredesk.urls import urlpatterns as own

open_streams = set()


def endless(request):
    """Rows for ever, from a database connection that belongs to the thread, as an export's does."""

    def rows():
        me = object()
        open_streams.add(me)
        try:
            while True:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT repeat('x', 10000), pg_sleep(0.01)")
                    yield cursor.fetchone()[0].encode()
        finally:
            open_streams.discard(me)

    return StreamingHttpResponse(rows(), content_type="text/csv")


def count(request):
    return HttpResponse(str(len(open_streams)))


urlpatterns = [
    *own,
    path("chat/endless/export/", endless),
    path("chat/endless/count/", count),
]
