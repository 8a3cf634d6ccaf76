"""The reading process: ``python -m wangge.registries.worker FOLDER MEMORY_BYTES CPU_SECONDS``.

A stranger's file is read in a process of its own, with bounds on memory and time. It takes ``job`` from the folder, prints each stage
and each chunk of rows, waits while some chunks are not taken yet, and leaves ``found``.
"""

import resource
import sys
import time
from pathlib import Path

TOO_HEAVY = 3
"""Exit code when the memory did not suffice."""
AHEAD = 3
"""Chunks that may lie in the folder before the next is made."""


def main(folder: Path, memory_bytes: int, cpu_seconds: int) -> int:
    """Examine the job in the folder; returns the exit code."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 5))
    from wangge.registries.examining import examine
    from wangge.registries.jobs import decode_job, encode

    most = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() + memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (most, most))

    def tell(line: str) -> None:
        print(line, flush=True)
        while line.startswith("chunk") and len(list(folder.glob("chunk-*"))) >= AHEAD:
            time.sleep(0.02)

    try:
        found = examine(decode_job((folder / "job").read_bytes()), folder, tell)
        (folder / "found").write_bytes(encode(found))
    except MemoryError:
        return TOO_HEAVY
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
