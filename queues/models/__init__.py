from queues.models.agent import Agent, NotReadyReason, Presence
from queues.models.queue import BlockedNumber, CallerIdRule, CallLog, CannedReply, Queue, QueueMember
from queues.models.task import Offer, Task

__all__ = [
    "Agent",
    "BlockedNumber",
    "CallLog",
    "CallerIdRule",
    "CannedReply",
    "NotReadyReason",
    "Offer",
    "Presence",
    "Queue",
    "QueueMember",
    "Task",
]
