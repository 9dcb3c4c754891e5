"""The house's own Celery tasks."""

from celery import shared_task

from caredesk import health, retention


@shared_task
def heartbeat():
    """Sent by beat every few seconds; that a worker runs it proves both and the broker between them."""
    health.beat("worker")


@shared_task
def tidy():
    """Every hour: what is not kept for ever goes."""
    return retention.tidy()
