"""pytest --rules prints which tests prove which rule."""

from types import SimpleNamespace

import pytest

from tests import rules


def item(nodeid, *numbers):
    return SimpleNamespace(nodeid=nodeid, iter_markers=lambda name: [pytest.mark.rule(*numbers).mark])


def test_the_table_is_sorted_by_number_and_names_a_parametrised_test_once():
    text = rules.table(
        [item("a.py::one", "R40"), item("b.py::two[x]", "R9", "R40"), item("b.py::two[y]", "R9", "R40")]
    )
    assert text.splitlines()[1:] == [
        "R9    b.py::two",
        "R40   a.py::one",
        "R40   b.py::two",
        "2 rules, 3 proofs",
    ]
