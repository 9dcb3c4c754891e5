"""Work for a worker; each task calls one verb and may run any number of times."""

from celery import shared_task

from queues import connecting


@shared_task
def connect(row_id):
    """A call was accepted: tell the telephone system where it goes (R101)."""
    connecting.deliver(row_id)


@shared_task
def connect_left_over():
    """Every few seconds: requests whose own task was lost."""
    connecting.sweep()
