"""What the whole house keeps: when each of its parts was last seen at work."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """In PostgreSQL and not in the cache, so that a flushed Valkey makes nobody look dead."""

    part = models.CharField(_("part"), max_length=20, primary_key=True)
    at = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self):
        return self.part
