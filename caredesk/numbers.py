"""Whole numbers out of what somebody has sent, which may be anything."""

ROW = 18  # digits of a row's number, which may grow


def number(text: str, default: int | None = None, *, digits: int = 9) -> int | None:
    """The number that this text is, in so many digits at most; else the default."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else default
