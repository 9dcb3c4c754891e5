"""bin/lint finds words that no translator will see."""

import importlib.util

import pytest

from caredesk.engine_room import ROOT


@pytest.fixture(scope="module")
def texts():
    spec = importlib.util.spec_from_file_location("texts", ROOT / "bin/_texts.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "template",
    [
        "<p>{% translate 'Send' %}</p>",
        "<p>{% blocktranslate with name=agent.name %}{{ name }} writes{% endblocktranslate %}</p>",
        "{# a remark #}{% comment %}another one{% endcomment %}<!-- a third -->",
        "<title>Care Desk</title>",
        '<input class="words in a class" placeholder="{% translate "Message" %}">',
        "<script>const word = 'hidden';</script><svg><title>shape</title></svg><kbd>Esc</kbd>",
        "<p>{{ customer.name }} · {{ count }} ×</p>",
        "{% block viewport %}width=device-width, initial-scale=1{% endblock %}",
        '{% block body_attributes %} data-queue="internet"{% endblock %}',
    ],
)
def test_what_is_marked_or_no_text_is_left_alone(texts, template):
    assert texts.unmarked(template) == []


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>\n<b>Send</b></p>", (2, "Send")),
        ('<input placeholder="Message">', (1, "Message")),
        ('<button aria-label="Close">×</button>', (1, "Close")),
        ('<input type="submit" value="Send">', (1, "Send")),
        ("{% if late %}\n\n  since {{ when }}{% endif %}", (3, "0 since 00")),
    ],
)
def test_an_unmarked_word_is_found_with_its_line(texts, template, found):
    assert texts.unmarked(template) == [found]
