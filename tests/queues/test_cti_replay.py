"""Recorded events of a telephone system, replayed (R101, R121)."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from activities.models import Call
from queues.models import Task

RECORDED = Path(__file__).parent / "recorded"
pytestmark = [pytest.mark.rule("R101", "R121"), pytest.mark.usefixtures("pbx", "ana", "marko")]


def replay(name, capsys):
    call_command("cti_replay", str(RECORDED / name if "/" not in name else name))
    return capsys.readouterr().out


def calls():
    rows = Call.objects.order_by("pk").values_list(
        "state", "cause", "answered_by__username", "called_back_by__username"
    )
    tasks = Task.objects.order_by("pk").values_list("state", "agent__user__username", "line_busy")
    return list(rows), list(tasks)


@pytest.mark.parametrize(
    ("name", "rows", "tasks"),
    [
        ("answered.jsonl", [("ended", "normalClearing", "ana", None)], [("active", "ana", False)]),
        (
            "missed_and_called_back.jsonl",
            [("ended", "cancel", None, "marko"), ("ended", "normalClearing", "marko", None)],
            [("abandoned", None, False), ("active", "marko", False)],
        ),
        ("out_of_order.jsonl", [("ended", "normalClearing", "ana", None)], [("active", "ana", False)]),
    ],
)
def test_recorded_calls_end_as_they_did_and_twice_is_once(capsys, name, rows, tasks):
    said = replay(name, capsys)
    assert calls() == (rows, tasks)
    assert "5 events replayed." in said
    assert "→ 200 {}" in said
    replay(name, capsys)
    assert calls() == (rows, tasks)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("{", "line 1 is no JSON"),
        ("\n[1]", "line 2 is no JSON object"),
        ('{"event": "dance"}', "1 of 1 events"),
    ],
)
def test_what_cannot_be_replayed_fails_in_words(tmp_path, lines, words):
    (tmp_path / "events.jsonl").write_text(lines)
    with pytest.raises(CommandError, match=words):
        call_command("cti_replay", str(tmp_path / "events.jsonl"))
    assert not Call.objects.exists()


def test_a_file_that_is_not_there_fails_in_words(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("cti_replay", str(tmp_path / "none.jsonl"))
