"""The floors: the least that a view, a write and a pushed message cost through this server, pool and layer."""

import time

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt

from caredesk.realtime import publish
from caredesk.sockets import Socket, in_thread

TABLE = "CREATE TABLE IF NOT EXISTS bench_row (id bigserial PRIMARY KEY, text text NOT NULL)"


class CountQueries:
    """Adds what the server itself measured: X-Queries, X-Server-Ms (wall clock), X-Cpu-Ms (this thread)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        count = [0]

        def counted(execute, sql, params, many, context):
            count[0] += 1
            return execute(sql, params, many, context)

        wall, cpu = time.perf_counter(), time.thread_time()
        with connection.execute_wrapper(counted):
            response = self.get_response(request)
        response["X-Queries"] = count[0]
        response["X-Server-Ms"] = f"{(time.perf_counter() - wall) * 1000:.3f}"
        response["X-Cpu-Ms"] = f"{(time.thread_time() - cpu) * 1000:.3f}"
        return response


def view(request):
    """One query, a line of text, the whole middleware stack."""
    return HttpResponse(str(get_user_model().objects.only("pk").first()))


@csrf_exempt
def write(request):
    """One row written, one event published after commit."""
    with transaction.atomic():
        save_row("accept")
        publish("bench", {"type": "bench.echo", "uuid": request.GET.get("uuid", "")})
    return HttpResponse("ok")


def save_row(text):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_row (text) VALUES (%s)", [text])


class BareConsumer(Socket):
    """Saves one row and does one group_send; whoever joined hears it."""

    async def connect(self):
        self.group = "bench" if self.scope["path"].endswith("/0/") else self.scope["path"].replace("/", "_")
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()
        await self.send_json({"watching": True})

    async def receive_json(self, content):
        await in_thread(save_row, content["text"])
        await self.channel_layer.group_send(self.group, {"type": "bench.echo", "uuid": content["uuid"]})

    async def bench_echo(self, event):
        await self.send_json({"uuid": event["uuid"]})

    async def layer_live(self, event):
        """Told when Redis comes and goes; the floor needs it to be there."""
