"""Where an agent sits: at a task, a customer who is open or one they look at, and what they selected in the journey.

`Seat.take` finds the kind of seat by the kind of place, which each kind names as it is imported here.
"""

from queues.seat.looked import LookSeat
from queues.seat.opened import OpenSeat
from queues.seat.task import Seat

__all__ = ["LookSeat", "OpenSeat", "Seat"]
