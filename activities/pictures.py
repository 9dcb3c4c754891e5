"""A picture that somebody sent, drawn anew: nothing but its dots is left of the file that came (R100).

What else a file may carry, where it was taken, another file behind its end, goes; how it was held is made good.
"""

import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from threading import BoundedSemaphore

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, ImageSequence

TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
MOST_PIXELS = 50_000_000
MOST_FRAMES = 300
SMALL = (480, 480)
AT_ONCE = BoundedSemaphore(2)  # one of MOST_PIXELS takes 200 MB while it is drawn
PATIENCE_SECONDS = 30
BROKEN = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, struct.error, zlib.error)


@dataclass(frozen=True)
class Picture:
    content_type: str
    data: bytes
    small: bytes
    width: int
    height: int


def redrawn(file) -> Picture:
    """`file` is open for reading. Raises ValidationError in words, with the code "broken", "many_pixels" or "busy"."""
    if not AT_ONCE.acquire(timeout=PATIENCE_SECONDS):
        raise ValidationError(_("Many pictures are being sent just now. Please try again."), code="busy")
    try:
        return redraw(file)
    except BROKEN:
        raise ValidationError(_("This picture is broken, so it cannot be sent."), code="broken") from None
    except Image.DecompressionBombError:
        raise too_many_pixels() from None
    finally:
        AT_ONCE.release()


def redraw(file) -> Picture:
    with Image.open(file, formats=list(TYPES)) as image:
        kind = (
            image.format if image.format in TYPES else "JPEG"
        )  # cameras put several into one JPEG, called MPO
        frames = frames_of(image, 1 if kind == "JPEG" else None)
        how = moving(kind, frames) if len(frames) > 1 else {"quality": 88}
        data = saved(frames[0], kind, **how)
    return Picture(TYPES[kind], data, small_of(frames[0]), *frames[0].size)


def frames_of(image, most):
    """Upright, each with nothing but its dots and how long it is shown; counted before they are drawn."""
    refuse_if_too_many_pixels(image, 1)
    drawn = []
    for number, frame in enumerate(islice(ImageSequence.Iterator(image), most), 1):
        refuse_if_too_many_pixels(image, number)
        drawn.append(plain(frame))
    return drawn


def refuse_if_too_many_pixels(image, frames):
    if frames > MOST_FRAMES or image.width * image.height * frames > MOST_PIXELS:
        raise too_many_pixels()


def too_many_pixels():
    return ValidationError(_("This picture has too many pixels: at most 50 million."), code="many_pixels")


def plain(frame):
    shown = frame.info.get("duration", 100)
    clear = frame.has_transparency_data
    upright = ImageOps.exif_transpose(frame).convert("RGBA" if clear else "RGB")
    upright.info = {"duration": shown}
    return upright


def moving(kind, frames):
    how = {"disposal": 2} if kind == "GIF" else {}
    shown = [frame.info["duration"] for frame in frames]
    return {"save_all": True, "append_images": frames[1:], "duration": shown, "loop": 0} | how


def saved(image, kind, **how):
    if kind == "JPEG":
        image = image.convert("RGB")
    out = BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def small_of(image):
    small = image.copy()
    small.thumbnail(SMALL)
    return saved(small, "WEBP", quality=80)
