"""History is written by triggers (django-pghistory), so no code path can forget it; verbs say who acts."""

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


@contextmanager
def acting(by):
    """Context in which every change is signed: `with acting(user):`; None is the system itself.

    A verb within a verb signs with its own actor, after it the outer one signs again (pghistory alone would
    keep the inner).
    """
    with pghistory.context() as context:
        before = dict(context.metadata)
        context.metadata["by"] = getattr(by, "pk", None)
        try:
            yield
        finally:
            context.metadata.clear()
            context.metadata.update(before)
