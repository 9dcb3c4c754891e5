"""What goes into the log, and what does not."""

import logging


class WithoutTraceback(logging.Filter):
    """A refusal (403, 404) is one line: only errors of ours show where they came from."""

    def filter(self, record):
        if record.levelno < logging.ERROR:
            record.exc_info = record.exc_text = None
        return True
