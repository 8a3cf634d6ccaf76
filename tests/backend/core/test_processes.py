"""Work on another core: what comes back, what is raised, and what becomes of it when somebody is killed.

Each in an event loop of its own, as a server has: processes end with the task that the loop was begun for.
"""

import asyncio
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from wangge.core.processes import in_process


def _divide(a: int, b: int) -> int:
    return a // b


def _is_running(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]


async def test_it_answers_and_raises_as_here_and_ends_with_its_loop() -> None:
    async def server() -> int:
        assert await in_process(_divide, 7, 2) == 3
        with pytest.raises(ZeroDivisionError):
            await in_process(_divide, 1, 0)
        other = await in_process(os.getpid)
        assert _is_running(other) and other != os.getpid()
        return other

    assert not _is_running(await asyncio.to_thread(asyncio.run, server()))


async def test_a_killed_process_costs_nothing_but_time() -> None:
    async def server() -> None:
        other = await in_process(os.getpid)
        assert other != os.getpid()
        os.kill(other, signal.SIGKILL)
        assert await in_process(_divide, 9, 3) == 3
        assert await in_process(os.getpid) not in (other, os.getpid())

    await asyncio.to_thread(asyncio.run, server())


def test_a_killed_server_leaves_none_behind() -> None:
    program = (
        "import asyncio, os\n"
        "from wangge.core.processes import in_process\n"
        "async def main():\n"
        "    print(await in_process(os.getpid), flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "if __name__ == '__main__':\n"
        "    asyncio.run(main())\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        pid = int(server.stdout.readline())
        assert _is_running(pid)
        left = os.pidfd_open(pid)
        server.kill()
    assert select.select([left], [], [], 10)[0], "it outlived its server"
    os.close(left)
