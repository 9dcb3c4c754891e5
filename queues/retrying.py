"""The retry of verbs, under the name by which this app's verbs know it."""

from caredesk.retrying import retried_after_deadlock

__all__ = ["retried_after_deadlock"]
