"""The demo: sixty days of a desk, and this morning on it. Told by calling verbs, so that it keeps the rules."""

from queues.demo.morning import load

__all__ = ["load"]
