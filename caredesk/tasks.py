"""The house's own Celery task."""

from celery import shared_task

from caredesk import health


@shared_task
def heartbeat():
    """Sent by beat every few seconds; that a worker runs it proves both and the broker between them."""
    health.beat("worker")
