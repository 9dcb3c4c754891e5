"""kill -9 of each part under load, and Redis gone: nothing lost, nothing doubled, nobody blamed (R37).

CAREDESK_FAULTS=long kills every part, cuts the line of an agent, and leaves Redis away for five minutes, or for
CAREDESK_REDIS_AWAY_SECONDS.
With -s the figures are shown.
"""

import asyncio
import os
import time

import pytest

from tests.faults.morning import BACK_SECONDS, Morning, Product, until

IS_LONG = os.environ.get("CAREDESK_FAULTS") == "long"
LOST = (
    ["dispatcher", "web", "second", "worker", "beat", "valkey", "postgres"]
    if IS_LONG
    else ["web", "postgres"]
)
AWAY_SECONDS = int(os.environ.get("CAREDESK_REDIS_AWAY_SECONDS", 300 if IS_LONG else 6))
CHAT_SECONDS, END_SECONDS = 5, 1


@pytest.fixture
def product(tmp_path):
    product = Product(tmp_path)
    try:
        product.start()
        yield product
    finally:
        product.end()


@pytest.mark.rule("R32", "R37", "R100")
def test_nothing_is_lost_or_doubled_and_nobody_is_blamed(product):
    morning = Morning(product, agents=5 if IS_LONG else 2)
    asyncio.run(live_through(morning))
    print("\n".join(morning.told))
    assert morning.lost_or_doubled() == []
    assert morning.chats_doubled_or_lost() == []
    assert morning.wrongly_missed() == []
    product.manage("doctor")


async def live_through(morning):
    await morning.begin()
    for part in LOST:
        await morning.lose(part)
    if IS_LONG:
        await morning.cut_off()
    await without_redis(morning)
    await morning.end()


async def without_redis(morning):
    """The desks keep their sockets; chats go on, offers are made, accepted and end, all in time."""
    product, opened = morning.product, {agent: agent.opened for agent in morning.agents}
    product.cut_valkey()
    began, since = time.monotonic(), time.time()
    while time.monotonic() < began + AWAY_SECONDS:
        await morning.is_well_since(time.monotonic())
        await asyncio.sleep(1)
    delays = morning.delays(began)[: -len(morning.customers) * 5]
    late = morning.late_ends(since)
    morning.told += [
        f"Redis away {AWAY_SECONDS} s: words heard after {delays[len(delays) // 2]:.1f} s (longest {delays[-1]:.1f} s)",
        f"  {len(late)} missed offers ended at most {late[-1] if late else 0:.2f} s late",
    ]
    assert delays[-1] <= CHAT_SECONDS
    assert not late or late[-1] <= END_SECONDS
    assert {agent: agent.opened for agent in morning.agents} == opened, "a desk lost its socket"
    product.bring_valkey_back()
    back = time.time()
    await morning.is_well_since(time.monotonic())
    await until(
        lambda: all(product.is_back(part, back) for part in ("worker", "beat")),
        "worker and beat",
        BACK_SECONDS,
    )
    morning.told.append(f"  after its return worker and beat were at work within {time.time() - back:.1f} s")
