"""Work on another core: what comes back, what is raised, and what becomes of it when somebody is killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from wangge.core.processes import stop_processes, to_process


def _divide(a: int, b: int) -> int:
    return a // b


async def test_it_answers_and_raises_as_here() -> None:
    assert await to_process(_divide, 7, 2) == 3
    with pytest.raises(ZeroDivisionError):
        await to_process(_divide, 1, 0)
    assert await to_process(os.getpid) != os.getpid()
    await stop_processes()


async def test_a_killed_process_costs_nothing_but_time() -> None:
    other = await to_process(os.getpid)
    os.kill(other, signal.SIGKILL)
    assert await to_process(_divide, 9, 3) == 3
    assert await to_process(os.getpid) not in (other, os.getpid())
    await stop_processes()


def test_a_killed_server_leaves_none_behind() -> None:
    program = (
        "import asyncio, os\n"
        "from wangge.core.processes import to_process\n"
        "async def main():\n"
        "    print(await to_process(os.getpid), flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "if __name__ == '__main__':\n"
        "    asyncio.run(main())\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        pid = int(server.stdout.readline())
        assert Path(f"/proc/{pid}").exists()
        # the pipe to the server stays open for as long as anybody holds its other end
        server.kill()
        assert server.stdout.read() == ""
        server.wait()
    assert not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split()[2]
