"""How a chat stands, as its customer is told: in line, with whom, left, or over (R88, R100)."""

from dataclasses import dataclass

from activities.models import Activity
from queues.chats import place_in_line

WAITING, ACTIVE, LEFT, ENDED = "waiting", "active", "left", "ended"


@dataclass(frozen=True)
class Standing:
    """`left`: the customer ended it and may come back; `ended`: closed for good.

    `place` is 1 for who is next, None when not in line; `agent_name` is who answers or answered, or "".
    """

    state: str
    agent_name: str
    place: int | None
    queue_id: int | None

    @property
    def is_live(self):
        return self.state in (WAITING, ACTIVE)

    @property
    def can_be_rated(self):
        return not self.is_live and bool(self.agent_name)


def standing_of(activity):
    task = activity.tasks.select_related("agent__user").order_by("-pk").first()
    state = state_of(activity)
    return Standing(
        state=state,
        agent_name=task.agent.shown_name if task and task.agent else "",
        place=place_in_line(activity.pk) if state == WAITING else None,
        queue_id=task.queue_id if task else None,
    )


def state_of(activity):
    if activity.state == Activity.ENDED:
        return ENDED
    if activity.went_by_themselves:
        return LEFT
    return ACTIVE if activity.state == Activity.ACTIVE else WAITING
