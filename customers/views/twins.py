"""Likely duplicates: stored customers with the same e-mail or phone, each in one line (R71)."""

from django.db.models import Count, Max, Q
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caredesk.templatetags.desk import day
from customers.matching import matches

MOST = 5


def twins_of(emails, phones, region=None):
    """Customers with one of these addresses, as `described` shows them."""
    return described(matches(emails=emails, phones=phones, region=region))


def described(customers, most=MOST):
    """The first of them, each with `about`: where they live and what we had to do with them."""
    found = customers.prefetch_related("contact_points").annotate(
        request_count=Count("care_requests"),
        open_count=Count("care_requests", filter=Q(care_requests__state="open")),
        last_at=Max("care_requests__created_at"),
    )
    rows = list(found[:most])
    for customer in rows:
        customer.about = about(customer)
    return rows


def twin_or_404(seat, form, pk):
    """The customer that an agent chose: nobody but those whom the form's addresses bring up."""
    twins = twins_of(form.values["emails"], form.values["phones"], seat.region)
    chosen = next((twin for twin in twins if str(twin.pk) == str(pk)), None)
    if not chosen:
        raise Http404
    return chosen


def not_shown(twins, post):
    """Those of them whom the form that was sent had not shown yet."""
    return [twin for twin in twins if str(twin.pk) not in post.getlist("twin")]


def about(twin):
    return " · ".join(filter(None, [*twin.emails[:1], *twin.phones[:1], twin.city, requests_of(twin)]))


def requests_of(twin):
    if not twin.request_count:
        return _("no requests")
    many = ngettext("%(count)d request, last %(day)s", "%(count)d requests, last %(day)s", twin.request_count)
    return many % {"count": twin.request_count, "day": day(twin.last_at)}
