"""Pictures that were sent, drawn anew (R100)."""

from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from PIL import Image

from activities import pictures
from tests.files import opened, picture

pytestmark = pytest.mark.rule("R100")


def redrawn(content):
    return pictures.redrawn(BytesIO(content))


def refused(content):
    with pytest.raises(ValidationError) as caught:
        redrawn(content)
    return caught.value.code


def with_place(orientation=1):
    """A photograph that knows where it was taken, and how the camera was held."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = "in my kitchen"
    exif.get_ifd(0x8825)[1] = "N"
    return picture("JPEG", exif=exif, comment=b"a secret")


def moving(kind, frames=3, size=(20, 10)):
    out = BytesIO()
    images = [Image.new("RGB", size, (60 * number, 0, 0)) for number in range(frames)]
    images[0].save(out, kind, save_all=True, append_images=images[1:], duration=[200] * frames)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_stays_what_it_is_and_has_a_small_copy(kind):
    drawn = redrawn(picture(kind, size=(1200, 900)))
    assert (drawn.content_type, drawn.width, drawn.height) == (f"image/{kind.lower()}", 1200, 900)
    assert opened(drawn.data).size == (1200, 900)
    assert opened(drawn.small).size == (480, 360)


def test_nothing_is_left_but_its_dots():
    drawn = redrawn(with_place() + b"<script>alert(1)</script>")
    for secret in (b"kitchen", b"secret", b"script", b"Exif"):
        assert secret not in drawn.data
    assert not opened(drawn.data).getexif()


def test_stands_upright():
    drawn = redrawn(with_place(orientation=6))
    assert (drawn.width, drawn.height) == (30, 40)
    assert opened(drawn.data).size == (30, 40)


def test_what_can_be_seen_through_stays_so():
    drawn = redrawn(picture("PNG", mode="RGBA", colour=(0, 0, 0, 0)))
    assert opened(drawn.data).convert("RGBA").getpixel((0, 0))[3] == 0


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16"])
def test_every_kind_of_dots(mode):
    assert redrawn(picture("PNG", mode=mode, colour=0)).width == 40


def test_print_colours_become_those_of_a_screen():
    assert opened(redrawn(picture("JPEG", mode="CMYK", colour=0)).data).mode == "RGB"


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_goes_on_moving(kind):
    drawn = opened(redrawn(moving(kind)).data)
    assert drawn.n_frames == 3


def test_several_in_one_photograph_are_the_first():
    out = BytesIO()
    Image.new("RGB", (40, 30)).save(out, "MPO", save_all=True, append_images=[Image.new("RGB", (40, 30))])
    drawn = redrawn(out.getvalue())
    assert (drawn.content_type, opened(drawn.data).format) == ("image/jpeg", "JPEG")


def test_broken_ones_are_refused():
    whole = picture("PNG", size=(200, 200))
    assert refused(whole[: len(whole) // 2]) == "broken"
    assert refused(whole[:20]) == "broken"
    assert refused(b"\xff\xd8\xff but no picture") == "broken"


def test_other_kinds_of_pictures_are_refused():
    assert refused(picture("BMP")) == "broken"
    assert refused(picture("TIFF")) == "broken"


def test_bombs_are_refused_before_they_are_drawn(monkeypatch):
    monkeypatch.setattr(pictures, "MOST_PIXELS", 40 * 30 * 2)
    assert redrawn(picture()).width == 40
    assert refused(picture(size=(60, 50))) == "many_pixels"
    assert refused(moving("GIF", frames=4, size=(40, 30))) == "many_pixels"
    assert refused(picture("PNG", mode="1", size=(20_000, 20_000), colour=0)) == "many_pixels"


def test_not_too_many_frames(monkeypatch):
    monkeypatch.setattr(pictures, "MOST_FRAMES", 2)
    assert refused(moving("GIF")) == "many_pixels"


def test_two_at_once_and_then_one_waits(monkeypatch):
    monkeypatch.setattr(pictures, "PATIENCE_SECONDS", 0)
    with pictures.AT_ONCE, pictures.AT_ONCE:
        assert refused(picture()) == "busy"
    assert redrawn(picture()).width == 40
