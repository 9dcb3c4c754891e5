"""Who writes and calls: the customer and the addresses by which they are known."""

from django.contrib.postgres.indexes import GinIndex, HashIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.db.models.functions import Left
from django.utils.translation import gettext_lazy as _

from caredesk.history import tracked
from caredesk.texts import all_at_most
from customers.phones import normalise_email, normalise_phone

NAMES = ("first_name", "last_name")
FIELDS = (*NAMES, "address", "city", "country", "language", "company", "external_id", "notes")


@tracked()
class Customer(models.Model):
    """A person or company that contacts us. `version` counts the changes an agent made (R52)."""

    realtime_name = "customer"

    version = models.PositiveIntegerField(_("version"), default=1)
    first_name = models.TextField(_("first name"), blank=True, default="")
    last_name = models.TextField(_("last name"), blank=True, default="")
    address = models.TextField(_("address"), blank=True, default="")
    city = models.TextField(_("city"), blank=True, default="")
    country = models.TextField(_("country"), blank=True, default="")
    language = models.TextField(_("language"), blank=True, default="")
    company = models.TextField(_("company"), blank=True, default="")
    external_id = models.TextField(_("external id"), blank=True, default="")
    notes = models.TextField(_("notes"), blank=True, default="")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            CheckConstraint(condition=Q(version__gte=1), name="customer_version_starts_at_1"),
            *all_at_most("customer", FIELDS),
        ]
        # 2,000 characters are longer than an entry of a plain index may be.
        indexes = [
            models.Index(Left("last_name", 100), Left("first_name", 100), name="customer_by_name"),
            HashIndex(fields=["external_id"], condition=~Q(external_id=""), name="customer_by_external_id"),
        ]

    def __str__(self):
        return self.shown_name

    @property
    def full_name(self):
        return " ".join(part for part in (self.first_name, self.last_name) if part)

    @property
    def shown_name(self):
        """Name, else e-mail, else phone, else words (R7)."""
        return self.full_name or next(iter([*self.emails, *self.phones]), "") or str(_("Unknown customer"))

    @property
    def emails(self):
        return [point.value for point in self.points() if point.kind == ContactPoint.EMAIL]

    @property
    def phones(self):
        return [point.value for point in self.points() if point.kind == ContactPoint.PHONE]

    def points(self):
        return sorted(self.contact_points.all(), key=lambda point: point.pk)


@tracked()
class ContactPoint(models.Model):
    """An e-mail address or phone number: `value` as shown, `normalised` as matched (E.164 where it parses)."""

    EMAIL, PHONE = "email", "phone"
    KINDS = {EMAIL: _("E-mail"), PHONE: _("Phone")}

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="contact_points")
    kind = models.CharField(_("kind"), max_length=5, choices=KINDS)
    value = models.TextField(_("value"))
    normalised = models.TextField(_("normalised"), editable=False)

    class Meta:
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")
        constraints = [
            UniqueConstraint(
                fields=["customer", "kind", "normalised"], name="contact_point_is_listed_once_a_customer"
            ),
            CheckConstraint(
                condition=Q(kind__in=["email", "phone"]), name="contact_point_is_an_email_or_a_phone"
            ),
            CheckConstraint(condition=~Q(normalised=""), name="contact_point_is_not_empty"),
            *all_at_most("contact_point", ["value"]),
        ]
        indexes = [models.Index(fields=["kind", "normalised"], name="contact_point_by_value")]

    def __str__(self):
        return self.value

    def save(self, *args, region=None, **kwargs):
        email = self.kind == self.EMAIL
        self.normalised = normalise_email(self.value) if email else normalise_phone(self.value, region)
        super().save(*args, **kwargs)


class CustomerWords(models.Model):
    """What activities.search looks through: every word of a customer and the digits of their phones.

    Triggers of the database write it (migration 0005), so no code path can forget it.
    """

    customer = models.OneToOneField(Customer, models.DB_CASCADE, primary_key=True, related_name="+")
    words = SearchVectorField()
    digits = models.TextField()

    class Meta:
        verbose_name = verbose_name_plural = _("words of customers")
        # A list of what is new would have to be read through by each search.
        indexes = [
            GinIndex(fields=["words"], name="customer_by_word", fastupdate=False),
            GinIndex(
                fields=["digits"], name="customer_by_digits", opclasses=["gin_trgm_ops"], fastupdate=False
            ),
        ]

    def __str__(self):
        return str(self.customer)
