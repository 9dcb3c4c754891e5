"""What a customer's journey shows has changed: a title, a tag, an interaction that began or ended."""

from caredesk.realtime import announce


def ring_journey(customer_id):
    """Without a customer there is no journey that anybody could be looking at."""
    if customer_id:
        announce(f"journey-{customer_id}")
