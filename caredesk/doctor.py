"""What an operator should know about this installation, each finding with what to do (`manage.py doctor`)."""

from dataclasses import asdict, dataclass, field

import redis
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation import gettext as _

from caredesk import health
from caredesk.models import Heartbeat
from queues import invariants
from queues.clock import clock
from queues.demo.cast import PASSWORD as DEMO_PASSWORD

OK, WARNING, WRONG = "ok", "warning", "wrong"
OLDEST_POSTGRES = 160_000
CLOCK_SECONDS, WRONG_CLOCK_SECONDS = 1, 10


@dataclass
class Finding:
    """`state` is ok, warning or wrong; `do` says what to do about it, "" where nothing is."""

    check: str
    state: str
    what: str
    do: str = ""
    ids: list = field(default_factory=list)

    as_dict = asdict


def examine():
    """All findings, the good ones too. Without a database what needs one is left out."""
    findings = [postgres(), engine_of_doorbells()]
    if findings[0].state != WRONG:
        findings += [migrations()]
        if findings[-1].state == OK:
            findings += [*parts(), clocks(), *routing(), *demo_accounts()]
    return findings + earnest()


def postgres():
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            version = cursor.fetchone()[0].split()[0]
    except Error as error:
        return Finding("PostgreSQL", WRONG, str(error).strip(), _("Start it, or correct DATABASE_URL."))
    if connection.pg_version < OLDEST_POSTGRES:
        return Finding("PostgreSQL", WRONG, version, _("Use PostgreSQL 16 or later."))
    return Finding("PostgreSQL", OK, version)


def engine_of_doorbells():
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as client:
            told = client.info("server")
    except (redis.RedisError, OSError) as error:
        advice = _("Start Valkey or Redis, or correct REDIS_URL. Until then desks look every 3 seconds.")
        return Finding("Valkey or Redis", WRONG, str(error), advice)
    name = told.get("server_name", "redis")
    return Finding("Valkey or Redis", OK, f"{name} {told.get(f'{name}_version', told.get('redis_version'))}")


def migrations():
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    missing = [f"{migration.app_label} {migration.name}" for migration, _backwards in plan]
    if missing:
        return Finding("migrations", WRONG, _("Not applied: %s") % ", ".join(missing), "`manage.py prepare`")
    return Finding("migrations", OK, _("All are applied."))


def parts():
    seen = dict(Heartbeat.objects.values_list("part", "at"))
    return [part(name, seen.get(name)) for name in ("web", *health.PARTS)]


def part(name, at):
    if not at:
        return Finding(name, WRONG, _("Never seen at work."), advice_for(name))
    age = max(0, (clock() - at).total_seconds())
    state = WRONG if age > health.ILL_AFTER_SECONDS else OK
    words = _("Last seen %(seconds)d s ago.") % {"seconds": age}
    return Finding(name, state, words, advice_for(name) if state == WRONG else "")


def advice_for(name):
    return _("Start the part “%(name)s” (docs/operations.md), or look into its log.") % {"name": name}


def clocks():
    before, there, after = timezone.now(), clock(), timezone.now()
    apart = abs(there - before - (after - before) / 2).total_seconds()
    words = _("This machine and PostgreSQL are %(seconds).1f s apart.") % {"seconds": apart}
    if apart <= CLOCK_SECONDS:
        return Finding("clock", OK, words)
    state = WRONG if apart > WRONG_CLOCK_SECONDS else WARNING
    return Finding("clock", state, words, _("Let both be set by NTP."))


def routing():
    found = [
        Finding(
            each.name,
            WRONG if each.is_wrong else WARNING,
            f"{each.what}: {each.count}",
            str(each.do),
            each.ids,
        )
        for each in invariants.broken()
    ]
    good = len(invariants.RULES) - len(found)
    return [Finding("routing", OK, _("%(good)d invariants hold.") % {"good": good}), *found]


def demo_accounts():
    """Anybody can read the demo's password in the README."""
    names = ("ana", "marko", "petar", "sonja")
    users = get_user_model().objects.filter(username__in=names, is_active=True)
    known = [user.username for user in users if user.check_password(DEMO_PASSWORD)]
    if not known:
        return []
    words = _("These accounts have the demo's password: %s") % ", ".join(known)
    return [Finding("demo accounts", WARNING, words, _("Disable them, or change their passwords."))]


def earnest():
    """What is well for a trial and not for running in earnest."""
    checks = [
        (settings.DEBUG, "DEBUG", _("Error pages show settings and code."), _("Set DEBUG=0.")),
        (
            not settings.HTTPS_ONLY,
            "https",
            _("Plain http is served: passwords and customers' words travel in the open."),
            _("Put a TLS proxy in front and set CAREDESK_HTTPS_ONLY=1."),
        ),
        (
            "*" in settings.ALLOWED_HOSTS,
            "hosts",
            _("Any host name is answered."),
            _("Name yours in ALLOWED_HOSTS."),
        ),
        (
            len(settings.SECRET_KEY) < 32 or settings.SECRET_KEY.startswith("django-insecure"),
            "SECRET_KEY",
            _("The secret key can be guessed."),
            _("Set SECRET_KEY to 50 random characters; everybody then logs in anew."),
        ),
    ]
    return [Finding(name, WARNING, what, do) for holds, name, what, do in checks if holds]
