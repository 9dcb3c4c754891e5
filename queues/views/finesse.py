"""The gadget's description for Cisco Finesse: OpenSocial XML with a bridge from its dialogs to our messages (R110)."""

from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def finesse(request):
    """Asked for by the Finesse server, which does not log in; it says nothing but our own address."""
    origin = f"{request.scheme}://{request.get_host()}"
    return render(request, "gadget/finesse.xml", {"origin": origin}, content_type="text/xml; charset=utf-8")
