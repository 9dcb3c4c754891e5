"""History is written by triggers (django-pghistory), so no code path can forget it; verbs say who acts."""

import json
from contextlib import contextmanager

import pghistory


def tracked(*exclude):
    """Record every insert, update and delete of a model, except changes of the excluded columns alone."""
    return pghistory.track(
        pghistory.InsertEvent("created"),
        pghistory.UpdateEvent("changed"),
        pghistory.DeleteEvent("deleted"),
        exclude=list(exclude),
    )


def acting(by):
    """Context in which every change is signed: `with acting(user):`; None is the system itself.

    A verb within a verb signs with its own actor, after it the outer one signs again.
    """
    return noting(by=getattr(by, "pk", None))


@contextmanager
def noting(**facts):
    """Context in which every change is recorded with these facts (pghistory alone would keep them after it)."""
    with pghistory.context() as context:
        before = dict(context.metadata)
        context.metadata.update(facts)
        try:
            yield
        finally:
            context.metadata.clear()
            context.metadata.update(before)


def told():
    """The values for TOLD."""
    with pghistory.context() as context:
        return [str(context.id), json.dumps(context.metadata)]


# For a statement that pghistory does not see (caredesk/planned.py): what it would say before it, until the commit.
TOLD = (
    "SELECT set_config('pghistory.context_id', %s, true), set_config('pghistory.context_metadata', %s, true)"
)
