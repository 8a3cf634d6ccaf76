"""Running a module of ours in a process of its own: for what would take a processor, or much memory, from the requests."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1"}
_BACKEND = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit code (negative: the signal that killed it), and what it wrote to its standard error."""

    code: int
    said: str


async def run_apart(
    module: str, arguments: Sequence[str], seconds: float, on_line: Callable[[str], Awaitable[None]], given: bytes = b""
) -> Ended:
    """Run ``python -m module``; each line that it prints is awaited by ``on_line``; ``given`` is its standard input.

    Whatever happens, the process is gone afterwards.

    Raises:
        TimeoutError: it took longer than ``seconds``.
    """
    path = os.pathsep.join(filter(None, (str(_BACKEND), os.environ.get("PYTHONPATH", ""))))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **_ONE_THREAD, "PYTHONPATH": path},
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None and process.stderr is not None  # noqa: S101  (asked for above)
    complaints = asyncio.ensure_future(process.stderr.read())
    try:
        async with asyncio.timeout(seconds):
            process.stdin.write(given)
            process.stdin.close()
            async for line in process.stdout:
                await on_line(line.decode(errors="replace").strip())
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        said = (await complaints).decode(errors="replace")
    return Ended(process.returncode or 0, said)
