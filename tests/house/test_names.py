"""Names that would do harm."""

import sys

from caredesk.engine_room import ROOT


def test_nothing_at_the_top_is_named_like_a_module_of_the_standard_library():
    """A folder `queue`, say, would leave `manage.py check` dead and daphne with half of the site."""
    ours = {path.stem for path in ROOT.iterdir() if path.suffix == ".py" or any(path.glob("*.py"))}
    assert "queues" in ours
    assert ours & sys.stdlib_module_names == set()
