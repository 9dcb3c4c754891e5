"""Accept (R21, R22): the task becomes the agent's, or they are told who took it."""

from django.db.models import Q
from django.http import Http404
from django.views.decorators.http import require_POST

from queues import accepting
from queues.models import Task
from queues.permissions import agent_required, picked_by
from queues.seat import Seat
from queues.stamps import stamp_of
from queues.views.work import gone, show


@agent_required
@require_POST
def accept(request, task_id):
    own = Q(state=Task.ACTIVE, agent=request.agent)
    if not Task.objects.filter(own | picked_by(request.agent), pk=task_id).exists():
        raise Http404
    try:
        accepting.accept(task_id, by=request.agent)
    except accepting.NotYours as error:
        return gone(request, task_id, why=str(error), status=409)
    stamp = stamp_of(task_id)
    response = show(request, Seat.take(request.agent, task_id), stamp, accepted=True)
    response["HX-Push-Url"] = request.path.removesuffix("accept/")
    return response
