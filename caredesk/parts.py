"""The processes of Care Desk and their commands, the same under bin/up and in docker-compose.yml."""

PARTS = ("web", "worker", "beat", "dispatcher")

# A line that is cut without a word is known to be so when its silence has lasted for 6 to 10 seconds (R37): daphne asks
# in its rounds of 2 seconds, so after 4.
PING_SECONDS, ANSWER_SECONDS, SILENT_SECONDS = 3, 6, 10


def command(part: str, *, host: str, port: int, data: str, python: str = "python") -> list[str]:
    """The command of a part, or of `prepare`, which must have ended well before any part is started."""
    arguments = {
        "prepare": ["manage.py", "prepare"],
        "web": [
            *["-m", "daphne", "--verbosity", "0", "--no-server-name"],
            *["--ping-interval", str(PING_SECONDS), "--ping-timeout", str(ANSWER_SECONDS)],
            *["--bind", host, "--port", str(port), "caredesk.asgi:application"],
        ],
        "worker": [
            *["-m", "celery", "--app", "caredesk", "worker", "--pool", "threads", "--concurrency", "4"],
            *["--loglevel", "WARNING", "--without-gossip", "--without-mingle"],
        ],
        "beat": [
            *["-m", "celery", "--app", "caredesk", "beat", "--loglevel", "WARNING", "--pidfile="],
            *["--scheduler", "caredesk.scheduler:Scheduler", "--schedule", f"{data}/beat-schedule"],
        ],
        "dispatcher": ["manage.py", "dispatch"],
    }
    return [python, *arguments[part]]
