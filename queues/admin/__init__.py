"""Queues, agents, accounts and tasks, for supervisors."""

from queues.admin import people, setup, work

__all__ = ["people", "setup", "work"]
