"""Actions of the administration by which something is lost, or which need to know more, ask first on a page."""

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _


class Confirming:
    """`asked = self.ask(request, rows, "close", title=…, words=…); if not asked.is_answered: return asked.page`."""

    def ask(self, request, rows, action, *, title, words, form=forms.Form):
        """A question about these rows; `form` for what else must be known, valid once answered."""
        is_sent = "confirmed" in request.POST
        return Asked(
            self, request, rows, action, title, words, form(request.POST if is_sent else None), is_sent
        )


class Asked:
    def __init__(self, model_admin, request, rows, action, title, words, form, is_sent):
        self.is_answered = is_sent and form.is_valid()
        self.form = form
        self.context = model_admin.admin_site.each_context(request) | {
            "title": title,
            "words": words,
            "rows": rows,
            "action": action,
            "form": form,
            "opts": model_admin.opts,
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        self.request = request

    @property
    def page(self):
        return TemplateResponse(self.request, "admin/confirm.html", self.context)


def tell(model_admin, request, done, refusals=()):
    """What was done, in words; and why the rest was not, each reason once."""
    if done:
        model_admin.message_user(request, done, messages.WARNING if refusals else messages.SUCCESS)
    for why in dict.fromkeys(map(str, refusals)):
        model_admin.message_user(request, _("Not done: %s") % why, messages.WARNING)
