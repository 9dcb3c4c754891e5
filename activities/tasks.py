"""Work that Celery beat asks for by the clock; each task calls one verb and may run any number of times."""

from celery import shared_task

from activities import autoclose


@shared_task
def close_due():
    """Every minute: requests that were quiet for 5 days close by themselves (R90)."""
    return autoclose.close_due()
