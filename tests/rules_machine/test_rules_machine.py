"""Whatever agents, customers, supervisors, telephones and clocks do, in any order, the rules hold.

The same 25 stories for everybody; CAREDESK_MACHINE_EXAMPLES=1000 tries as many others. A failing one is printed as a
program of rules.
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.rules_machine.machine import Rules

OTHERS = os.environ.get("CAREDESK_MACHINE_EXAMPLES")
STORIES = settings(
    max_examples=int(OTHERS or 25),
    derandomize=not OTHERS,
    stateful_step_count=30,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.rule(
    "R30", "R31", "R32", "R33", "R34", "R35", "R36", "R37", "R38", "R40", "R41", "R42", "R43", "R90"
)
@pytest.mark.django_db(transaction=True)
def test_rules_hold_whatever_happens():
    run_state_machine_as_test(Rules, settings=STORIES)
