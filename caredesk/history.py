"""History is written by triggers (django-pghistory), so no code path can forget it; verbs say who acts."""

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
    """Context in which every change is signed: `with acting(user):`; None is the system itself."""
    return pghistory.context(by=getattr(by, "pk", None))
