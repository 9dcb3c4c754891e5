"""The gadget's description for Cisco Finesse: OpenSocial XML with a bridge from its dialogs to our messages (R110)."""

import re

from django.http import HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.http import require_safe

from activities.interactions import TEXTS

VARIABLE = re.compile(r"[\w.]{1,60}", re.ASCII)


@require_safe
def finesse(request):
    """Asked for by the Finesse server, which does not log in; it says nothing but our own address.

    `?name=callVariable1&email=user.email`: which call variables say what is known of the customer.
    """
    variables = [(field, request.GET[field]) for field in TEXTS if field in request.GET]
    if not all(VARIABLE.fullmatch(name) for _field, name in variables):
        return HttpResponseBadRequest()
    shown = {"origin": f"{request.scheme}://{request.get_host()}", "variables": variables}
    return render(request, "gadget/finesse.xml", shown, content_type="text/xml; charset=utf-8")
