"""A deed: what somebody may do now, to what, by which verb, and what must come of it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import strategies as some

DEEDS = {}
NTH = some.integers(0, 4)


@dataclass
class Act:
    """`verb` is called without arguments. `by`: names of the agents who act. `refusals`: what it may raise, and then
    nothing has changed. `creates`: how many tasks it makes, None: any. `is_long`: more than one transaction, or time
    passes. `settles`: whether all that can be offered is offered after it; None: if it was before.
    `then(before, after, error)` asks what came of it."""

    verb: Callable
    by: tuple = ()
    refusals: tuple = ()
    creates: int | None = 0
    then: Callable = lambda before, after, error: None
    is_long: bool = False
    settles: bool | None = None


@dataclass
class Deed:
    name: str
    choices: Callable
    act: Callable
    args: dict = field(default_factory=dict)


def deed(choices, **args):
    """`act(world, item, **args)` returns an Act; `choices(world)` are the items, oldest first. The newest is nth=0."""

    def register(act):
        DEEDS[act.__name__] = Deed(act.__name__, choices, act, args)
        return act

    return register


def pick(items, nth):
    return items[-1 - nth % len(items)]


def anybody(world):
    """The agents who are not disabled."""
    return [agent for agent in world.now.agents if agent.active]


def outcome(succeeds, refused, then=None):
    """`then(before, after)` when it must succeed, `refused` the exception when it must not; None: either."""

    def check(before, after, error):
        if succeeds is True:
            assert error is None, f"it was refused: {error!r}"
        if succeeds is False:
            assert isinstance(error, refused), f"it was not refused: {error!r}"
        if error is None and succeeds and then:
            then(before, after)

    return check
