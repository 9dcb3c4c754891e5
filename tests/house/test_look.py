"""The look holds together: contrast in both themes, icons that exist, layers in one order, nothing inline."""

import re
from pathlib import Path

import pytest
from django.conf import settings

CSS = settings.BASE_DIR / "static" / "css"
TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
TEXT, PART = 4.5, 3.0

GROUNDS = {
    "ink": "paper sunk ground accent-soft caution-soft alert-soft hover",
    "ink-2": "paper sunk ground accent-soft caution-soft hover",
    "ink-3": "paper sunk ground accent-soft hover",
    "accent": "paper sunk accent-soft hover",
    "accent-ink": "accent accent-2",
    "caution": "paper sunk caution-soft",
    "alert": "paper sunk alert-soft accent-soft hover",
    "white": "bubble",
}
PARTS = {
    "edge": "paper sunk ground",
    "accent": "ground",
    "caution-edge": "paper",
    "alert": "paper",
    "ring": "paper sunk ground",
}


def pairs(grounds, floor):
    return [(ink, ground, floor) for ink, names in grounds.items() for ground in names.split()]


def colours():
    """{token: (light, dark)}"""
    found = re.findall(r"--([\w-]+):\s*light-dark\((#\w{6}),\s*(#\w{6})\)", (CSS / "tokens.css").read_text())
    return {name: (light, dark) for name, light, dark in found} | {"white": ("#ffffff", "#ffffff")}


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_of_black_on_white_is_21():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "floor"), [*pairs(GROUNDS, TEXT), *pairs(PARTS, PART)])
def test_words_and_edges_can_be_told_from_their_ground(ink, ground, floor, theme):
    known = colours()
    assert contrast(known[ink][theme], known[ground][theme]) >= floor


def test_every_icon_named_in_a_template_is_in_the_sprite():
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', (settings.BASE_DIR / "static/icons.svg").read_text()))
    named = {name for path in TEMPLATES for name in re.findall(r'{% icon "([\w-]+)"', path.read_text())}
    assert named
    assert named <= sprite


def test_the_order_of_layers_is_said_once_and_first():
    said = [path.name for path in CSS.rglob("*.css") if re.search(r"@layer [\w, ]+;", path.read_text())]
    assert said == ["tokens.css"]


def test_only_known_layers_are_used():
    """What stands in no layer outweighs everything; only the admin's sheet must, as Django's do."""
    order = re.search(r"@layer ([\w, ]+);", (CSS / "tokens.css").read_text())[1].split(", ")
    for path in CSS.rglob("*.css"):
        used = set(re.findall(r"@layer (\w+) {", path.read_text()))
        assert used <= set(order), path
        assert used or path.name == "admin.css", path


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_templates_hold_no_inline_style_script_or_handler(path: Path):
    text = path.read_text()
    assert not re.search(r"\sstyle=|\son\w+=|hx-on|<style|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert "|safe" not in text
