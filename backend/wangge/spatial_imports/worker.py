"""The reading process: ``python -m wangge.spatial_imports.worker FOLDER MEMORY_BYTES CPU_SECONDS``.

A stranger's file is read in a process of its own, so that whatever it does to memory or time ends with that process and never
with the server. It takes ``job`` from the folder, prints the name of each stage, and leaves ``found``.
"""

import codecs
import resource
import sys
from pathlib import Path

TOO_HEAVY = 3
"""Exit code when the memory did not suffice."""


def main(folder: Path, memory_bytes: int, cpu_seconds: int) -> int:
    """Examine the job in the folder; returns the exit code."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 5))
    from wangge.spatial_imports.examining import examine
    from wangge.spatial_imports.jobs import decode_job, encode

    for codec in ("gb18030", "big5", "utf-16"):  # loaded on first use otherwise, which the limit might forbid
        codecs.lookup(codec)
    most = _address_space_bytes() + memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    try:
        found = examine(decode_job((folder / "job").read_bytes()), lambda stage: print(stage, flush=True))
        (folder / "found").write_bytes(encode(found))
    except MemoryError:
        return TOO_HEAVY
    return 0


def _address_space_bytes() -> int:
    """What the libraries take before any file is read."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
