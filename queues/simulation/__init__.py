"""Customers who really talk, over the network as a browser would. `play` is what `manage.py simulate` runs."""

from queues.simulation.play import Nobody, play

__all__ = ["Nobody", "play"]
