"""Where a telephone system reports its calls; the wire format and what it does are in queues/pbx.py."""

import hmac
import json
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import JsonResponse, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from queues import pbx
from queues.models import CallLog

LONGEST_BODY = 65_536
STRANGERS_LOGGED_EVERY = 10
UNREADABLE = (ValueError, RecursionError, OSError, BadRequest, SuspiciousOperation, MultiPartParserError)


@csrf_exempt
def cti(request, token):
    response = answer(request, token)
    response._has_been_logged = True  # by Django, which would log a refusal with its address, the token in it
    return response


def answer(request, token):
    if not settings.CTI_TOKEN:
        return stranger(403, "No CTI token is configured.")
    if not hmac.compare_digest(token.encode(), settings.CTI_TOKEN.encode()):
        return stranger(401, "Invalid token, please contact your admin!")
    if request.method != "POST":
        return logged({}, 405, "Only POST is served here.", Allow="POST")
    try:
        payload = fields(request)
    except TooLong:
        return logged({}, 413, "The body is too long!")
    except UNREADABLE:
        return logged({}, 400, "The body cannot be read!")
    status, words = pbx.receive(payload)
    return JsonResponse(words, status=status)


class TooLong(Exception):
    """No event is as long as this."""


def fields(request):
    """The fields of an event, as a dict: of a JSON object, whatever its content type says, or of a form."""
    if int(request.headers.get("Content-Length") or 0) > LONGEST_BODY:
        raise TooLong
    if request.content_type == "multipart/form-data":
        return form(request.POST)
    body = request.body
    if len(body) > LONGEST_BODY:
        raise TooLong
    if "json" in request.content_type or body.lstrip()[:1] in (b"{", b"["):
        payload = json.loads(body)
        if not isinstance(payload, dict):
            raise ValueError
        return payload
    return form(QueryDict(body.decode()))


def form(given):
    """`user=A&user=B` and `user[]=A&user[]=B` are lists; of other fields the last counts."""
    payload = {name: given[name] for name in given}
    return payload | {name: given.getlist(name) for name in ("user", "user[]") if name in given}


def stranger(status, error):
    """Somebody who tries tokens must not fill the log: one entry says it for a while."""
    since = timezone.now() - timedelta(seconds=STRANGERS_LOGGED_EVERY)
    known = CallLog.objects.filter(at__gt=since, status=status).exists()
    return refused(status, error) if known else logged({}, status, error)


def logged(payload, status, error, **headers):
    pbx.log(payload, status, {"error": error})
    return refused(status, error, **headers)


def refused(status, error, **headers):
    return JsonResponse({"error": error}, status=status, headers=headers)
