"""Lists of the admin whose texts are searched by their words, with a time limit of their own."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activities import search, searching

WORDS_OF_BOTH = gettext_lazy("Words of the texts, or of the customer; “quoted words” stand together")


class ByWords:
    """For a ModelAdmin: the searchbox finds words of the texts, by their index, or says that it took too long."""

    search_fields = ["pk"]  # or there is no searchbox
    search_help_text = gettext_lazy("Words of the texts; “quoted words” stand together")

    def get_search_results(self, request, queryset, search_term):
        return searching.with_words(queryset, search_term), False

    def changelist_view(self, request, extra_context=None):
        if not request.GET.get("q", "").strip():
            return super().changelist_view(request, extra_context)
        try:
            with search.within_time():
                response = super().changelist_view(request, extra_context)
                return response.render() if hasattr(response, "render") else response
        except search.TooSlow:
            self.message_user(request, _("That took too long. Give more words."), messages.WARNING)
            return redirect(request.path)
