"""The reader's language: that of their browser until they press another; an agent's own goes along with them.

Pages and sockets read it from the cookie, which the agent's choice fills at each log-in.
"""

from django.conf import settings
from django.views import i18n

from queues import agents


def set_language(request):
    """POST language, next: the page anew in that language. Refuses nobody, for everybody reads."""
    response = i18n.set_language(request)
    code = request.POST.get("language")
    agent = getattr(request.user, "agent", None)
    if request.method == "POST" and agent and code in dict(settings.LANGUAGES):
        agents.set_language(agent, code, by=request.user)
    return response


def speak_to(agent, response) -> None:
    """From this answer on, in the agent's own language, whatever the last reader in this browser chose."""
    if agent.language:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, agent.language, max_age=settings.LANGUAGE_COOKIE_AGE
        )
