"""Static files are served under an address that changes with their content."""

import hashlib
from pathlib import Path

import django


def digest(folder: Path) -> str:
    """Short for everything in the folder, and the Django whose admin's files stand beside them."""
    found = hashlib.sha256(django.__version__.encode())
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        found.update(str(path.relative_to(folder)).encode())
        found.update(path.read_bytes())
    return found.hexdigest()[:10]
