"""Work beside the requests: what ends it, and what does not."""

import asyncio

from wangge.core.background import every


async def test_a_round_that_fails_is_followed_by_another() -> None:
    rounds = 0
    third = asyncio.Event()

    async def work() -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 3:
            third.set()
        raise OSError("the database is away")

    async with every(0, "failing", work):
        await asyncio.wait_for(third.wait(), 10)


async def test_work_that_takes_its_cancellation_for_a_failure_ends_all_the_same() -> None:
    begun = asyncio.Event()

    async def work() -> None:
        try:
            begun.set()
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise OSError("the connection was lost") from None

    async with asyncio.timeout(10):
        async with every(60, "stubborn", work):
            await begun.wait()
