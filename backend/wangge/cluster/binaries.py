"""Find a PostgreSQL server with PostGIS on this machine."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from wangge.cluster.errors import PostgisMissing

# Where scripts/lib/unpack-postgis.sh puts packages for a user who may not install them.
UNPACKED = Path(__file__).resolve().parents[3] / ".cache" / "postgresql"
NEEDED_PROGRAMS = ("postgres", "initdb", "pg_ctl", "psql")
OLDEST_MAJOR = 15

HOW_TO_GET_POSTGIS = """\
Do one of these, then start again:
  - as an administrator, on Debian 12:
      apt-get install --no-install-recommends postgresql-15 postgresql-15-postgis-3
    (on another system: PostgreSQL 15 or newer with PostGIS 3 for the same version)
  - if they are in an unusual place, set WANGGE_PG_BINDIR to the folder with initdb and postgres
  - if you have a PostgreSQL server with PostGIS elsewhere, set WANGGE_DATABASE_URL to
      postgresql://user:password@host:5432/database"""


@dataclass(frozen=True)
class Binaries:
    """The programs of one PostgreSQL version.

    ``environment`` is what they need beside the ordinary environment (empty for
    installed packages; library paths for packages that were only unpacked).
    """

    bindir: Path
    major: int
    environment: dict[str, str] = field(default_factory=dict)


def find_binaries(major: int | None = None) -> Binaries:
    """The newest server with PostGIS, or of version ``major`` where a cluster already has one.

    ``WANGGE_PG_BINDIR`` (a folder) overrules the search. It is read here and not in
    Settings because the database's address, which Settings needs, comes from this cluster.

    Raises PostgisMissing, with what to do, when there is none.
    """
    override = os.environ.get("WANGGE_PG_BINDIR")
    found = [binaries for folder in _candidates(override) if (binaries := _inspect(folder))]
    fitting = [binaries for binaries in found if major in (None, binaries.major)]
    if fitting:
        return max(fitting, key=lambda binaries: binaries.major)
    raise PostgisMissing(f"{_why_none(override, major, found)}\n{HOW_TO_GET_POSTGIS}")


def _candidates(override: str | None) -> list[Path]:
    if override:
        return [Path(override)]
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *UNPACKED.glob("usr/lib/postgresql/*/bin")]
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    return folders


def _inspect(bindir: Path) -> Binaries | None:
    if not all(os.access(bindir / program, os.X_OK) for program in NEEDED_PROGRAMS):
        return None
    environment = _unpacked_environment(bindir)
    banner = _output([str(bindir / "postgres"), "--version"], environment)
    version = re.search(r"(\d+)\.\d+|(\d+)(?:devel|beta|rc)", banner)
    if not version:
        return None
    major = int(version[1] or version[2])
    if major < OLDEST_MAJOR or not _has_postgis(bindir, environment):
        return None
    return Binaries(bindir, major, environment)


def _has_postgis(bindir: Path, environment: dict[str, str]) -> bool:
    share = _output([str(bindir / "pg_config"), "--sharedir"], environment).strip()
    return bool(share) and (Path(share) / "extension" / "postgis.control").exists()


def _unpacked_environment(bindir: Path) -> dict[str, str]:
    """Variables of packages unpacked by scripts/lib/unpack-postgis.sh, kept beside them."""
    listing = bindir / "wangge.env"
    if not listing.exists():
        return {}
    pairs = (line.split("=", 1) for line in listing.read_text(encoding="utf-8").splitlines() if "=" in line)
    return {name: value for name, value in pairs}


def _output(command: list[str], environment: dict[str, str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment}, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def _why_none(override: str | None, major: int | None, found: list[Binaries]) -> str:
    if override and not found:
        return f"WANGGE_PG_BINDIR={override} holds no PostgreSQL {OLDEST_MAJOR} or newer with PostGIS."
    if found:
        have = ", ".join(str(binaries.major) for binaries in found)
        return f"The data folder was made by PostgreSQL {major}, but only version {have} is here."
    return "No PostgreSQL server with PostGIS was found on this machine."
