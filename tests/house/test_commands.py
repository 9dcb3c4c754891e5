"""Every command of ours explains itself (R121)."""

import pytest
from django.core.management import get_commands, load_command_class

OURS = {"caredesk", "customers", "requests_app", "activities", "queues"}
COMMANDS = sorted((name, app) for name, app in get_commands().items() if app in OURS)
PROMISED = {
    "bench",
    "close_requests",
    "createagent",
    "createqueue",
    "cti_replay",
    "demo",
    "dispatch",
    "doctor",
}
PROMISED |= {"simulate", "task", "tidy"}


@pytest.mark.rule("R121")
@pytest.mark.parametrize(("name", "app"), COMMANDS)
def test_has_help_for_itself_and_for_all_it_takes(name, app, capsys):
    command = load_command_class(app, name)
    parser = command.create_parser("manage.py", name)
    with pytest.raises(SystemExit) as end:
        parser.parse_args(["--help"])
    assert end.value.code == 0
    assert len(command.help) > 30
    own = [action for action in parser._actions if action.dest not in ("verb", "help")]
    assert [action.dest for action in own if not action.help] == []


def test_what_is_promised_is_there():
    assert {name for name, _app in COMMANDS} >= PROMISED
