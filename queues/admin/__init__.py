"""Queues, agents, accounts and tasks, for supervisors."""

from queues.admin import agents, people, setup, work

__all__ = ["agents", "people", "setup", "work"]
