"""Files as people send them."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"


@pytest.fixture
def data(settings, tmp_path):
    """An empty data folder."""
    settings.DATA_DIR = tmp_path
    return tmp_path


def picture(kind="PNG", size=(40, 30), colour="teal", mode="RGB", **how):
    out = BytesIO()
    Image.new(mode, size, colour).save(out, kind, **how)
    return out.getvalue()


def upload(content=None, name="lamp.png"):
    """What a browser has sent."""
    return SimpleUploadedFile(name, picture() if content is None else content)


def opened(content):
    return Image.open(BytesIO(content))
