"""The bench of search runs, and leaves no database behind; here among few customers."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

SIZES = ["--size", "customers=60", "--size", "few=30", "--size", "rounds=3"]


@pytest.mark.rule("R114")
def test_search_among_few(db):
    command = [sys.executable, "manage.py", "bench", "search", "--json", *SIZES]
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "caredesk.settings"}
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    figures = [json.loads(line) for line in done.stdout.splitlines()]
    assert {"name", "unit", "n", "p50", "p95", "p99"} <= set(figures[0])
    few, many = figures[2::2], figures[3::2]
    assert [figure["floor"] for figure in many] == [figure["name"] for figure in few]
    assert {"ratio_p95", "met", "load"} <= set(many[0])
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname LIKE '%%_bench_search%%'")
        assert cursor.fetchone() == (0,)


def test_a_size_that_is_none():
    command = [sys.executable, "manage.py", "bench", "search", "--size", "many"]
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "bench.settings"}
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode
    assert "WHAT=N" in done.stderr
