"""Create, start, adopt and stop the private cluster of one data folder.

Layout of the data folder (other things live there too)::

    secrets/        database passwords, mode 0600, owned by whoever runs Wangge
    postgres/       cluster/ (PGDATA), socket/, start.log; owned by the server's user
    postgres.lock   taken while starting or stopping

PostgreSQL refuses to run as root; for root the server runs as the user ``postgres``
(or ``nobody``). Where that user cannot reach the data folder, as under /root,
``postgres`` is a symbolic link into /var/lib/wangge.
"""

import fcntl
import hashlib
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from wangge.cluster.binaries import Binaries, find_binaries
from wangge.cluster.errors import ClusterError

DATABASE = "wangge"
SUPERUSER, OWNER, APP = "postgres", "wangge_owner", "wangge_app"

# sun_path holds 108 bytes with its closing zero; the server adds the file name itself.
LONGEST_SOCKET_PATH = 107
SOCKET_FILE = ".s.PGSQL.5432"
OUTSIDE_HOME = Path("/var/lib/wangge")
START_TIMEOUT_S = 120
STOP_TIMEOUT_S = 60
ORPHANS_TIMEOUT_S = 10

_SQL_FOLDER = Path(__file__).parent
_DATABASE_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


@dataclass(frozen=True)
class ClusterUrls:
    """How each role reaches one database: ``postgresql://role:password@/database?host=/socket/folder``."""

    owner: str
    app: str
    superuser: str


class PrivateCluster:
    """The cluster inside ``data_dir``; creating the object touches nothing.

    All methods are safe to call from several processes at once. With ``durable=False``
    a crash of the machine may lose everything, which only tests want.
    """

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.data_dir = Path(os.path.abspath(data_dir))
        self.durable = durable

    # ---- what callers do

    def ensure_started(self) -> ClusterUrls:
        """Create the cluster and the database if they are missing, start the server if it is not running.

        A server that an earlier run left behind in this folder is taken over.
        Raises ClusterError (PostgisMissing when there is no server to run) with what to do.
        """
        with self._lock():
            if not self.is_running():
                self._make_cluster()
                self._end_leftovers()
                self._start()
            self._bootstrap()
        return self.urls()

    def stop(self) -> None:
        """Stop the server and wait for it; nothing happens when it is not running."""
        if not self.data_dir.is_dir():
            return
        with self._lock():
            if self.is_running():
                self._pg_ctl("stop", "-m", "fast", "-t", str(STOP_TIMEOUT_S))
            self._end_leftovers()

    def is_running(self) -> bool:
        """Whether a postmaster of this very folder is alive (a process id that was used again does not count)."""
        pid = self.postmaster_pid()
        return pid is not None and self._works_here(pid)

    def postmaster_pid(self) -> int | None:
        """The process id in postmaster.pid, alive or not."""
        try:
            return int((self._cluster / "postmaster.pid").read_text(encoding="ascii").split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None

    def urls(self, database: str = DATABASE) -> ClusterUrls:
        """The three connections to ``database``. Raises ClusterError before the cluster exists."""
        return ClusterUrls(owner=self._url(OWNER, database), app=self._url(APP, database), superuser=self._url(SUPERUSER, database))

    def create_database(self, name: str, *, template: str = "template0", replace: bool = False) -> ClusterUrls:
        """Make a database with extensions and rights, owned by ``wangge_owner``; the server must be running.

        ``template`` copies another database (nobody may be connected to it); ``replace``
        drops an older one of the same name with everyone in it.
        """
        for word in (name, template):
            if not _DATABASE_NAME.fullmatch(word):
                raise ClusterError(f"{word!r} is no database name: small letters, digits and _ only.")
        if replace:
            self.drop_database(name)
        self._sql(f'CREATE DATABASE "{name}" OWNER {OWNER} TEMPLATE "{template}"')
        self._bootstrap_database(name)
        return self.urls(name)

    def drop_database(self, name: str) -> None:
        """Drop a database with everyone connected to it; a missing one is fine."""
        self._sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    # ---- places

    @property
    def _base(self) -> Path:
        return (self.data_dir / "postgres").resolve()

    @property
    def _cluster(self) -> Path:
        return self._base / "cluster"

    @cached_property
    def socket_dir(self) -> Path:
        """Folder of the server's socket: in the data folder, or under /tmp where that path is too long."""
        here = self._base / "socket"
        if len(os.fsencode(here / SOCKET_FILE)) <= LONGEST_SOCKET_PATH:
            return here
        digest = hashlib.sha256(os.fsencode(self._base)).hexdigest()[:16]
        return Path("/tmp") / f"wangge-{digest}"  # noqa: S108 (owner and mode are checked in _own)

    @cached_property
    def _binaries(self) -> Binaries:
        try:
            made_by = int((self._cluster / "PG_VERSION").read_text(encoding="ascii"))
        except FileNotFoundError:
            made_by = None
        return find_binaries(made_by)

    @cached_property
    def _server_user(self) -> pwd.struct_passwd:
        """The user that the server runs as: ourselves, but never root; for root, whoever has made the cluster."""
        if os.geteuid() != 0:
            return pwd.getpwuid(os.geteuid())
        if self._base.exists() and (owner := self._base.stat().st_uid) != 0:
            return pwd.getpwuid(owner)
        for name in ("postgres", "nobody"):
            try:
                return pwd.getpwnam(name)
            except KeyError:
                continue
        raise ClusterError("PostgreSQL cannot run as root and there is no user 'postgres' or 'nobody'; add one.")

    # ---- making the cluster

    @contextmanager
    def _lock(self) -> Iterator[None]:
        created = not self.data_dir.exists()
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
            if created:
                self.data_dir.chmod(0o755)  # the server's user must be able to pass through
            handle = os.open(self.data_dir / "postgres.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except PermissionError as error:
            raise ClusterError(
                f"The data folder {self.data_dir} cannot be written by this user ({error.strerror}). "
                "Start as the user who owns it, or set WANGGE_DATA_DIR to another folder."
            ) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _make_cluster(self) -> None:
        self._make_base()
        if not (self._cluster / "PG_VERSION").exists():
            self._initdb()
        self._own(self.socket_dir)
        self._write_for_server(self._cluster / "wangge.conf", self._settings())

    def _make_base(self) -> None:
        """Make the folder ``postgres``, or a link to one outside where the server's user cannot reach it."""
        place = self.data_dir / "postgres"
        if place.is_symlink() and not place.exists():
            place.unlink()  # the folder it led to is gone, and with it the data
        if not place.exists():
            self._own(place)
            if not self._server_user_reaches(place):
                place.rmdir()
                OUTSIDE_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
                elsewhere = Path(tempfile.mkdtemp(prefix="cluster-", dir=OUTSIDE_HOME))
                self._own(elsewhere)
                place.symlink_to(elsewhere)
            self.__dict__.pop("socket_dir", None)
        if not self._server_user_reaches(self._base):
            raise ClusterError(
                f"The server's user '{self._server_user.pw_name}' cannot reach {self._base}. "
                "Set WANGGE_DATA_DIR to a folder outside home folders, or open the folders above it with chmod o+x."
            )

    def _server_user_reaches(self, folder: Path) -> bool:
        return self._as_server_user(["test", "-w", f"{folder}/."], check=False).returncode == 0

    def _own(self, folder: Path) -> None:
        """Make ``folder`` a private folder of the server's user."""
        user = self._server_user
        folder.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(folder, user.pw_uid, user.pw_gid, follow_symlinks=False)
        status = folder.lstat()
        if folder.is_symlink() or status.st_uid != user.pw_uid:
            raise ClusterError(f"{folder} belongs to someone else; remove it or set WANGGE_DATA_DIR to another folder.")
        folder.chmod(0o700)

    def _write_for_server(self, file: Path, text: str) -> None:
        """Write a private file that the server's user owns (a base backup trips on one it cannot read)."""
        file.write_text(text, encoding="utf-8")
        file.chmod(0o600)
        if os.geteuid() == 0:
            os.chown(file, self._server_user.pw_uid, self._server_user.pw_gid)

    def _initdb(self) -> None:
        """Make the cluster under another name and rename it, so that a kill halfway leaves nothing to trip on."""
        unfinished = self._base / "cluster.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        self._write_secrets()
        initdb = [str(self._binaries.bindir / "initdb"), "-D", str(unfinished), "-U", SUPERUSER]
        password_file = self._base / "password.unfinished"
        initdb += ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256", f"--pwfile={password_file}"]
        self._write_for_server(password_file, self._secret(SUPERUSER) + "\n")
        try:
            self._as_server_user(initdb, doing="create the database cluster")
        finally:
            password_file.unlink()
        self._write_for_server(
            unfinished / "pg_hba.conf",
            "# Written by Wangge: the socket only, and a password for everyone.\n"
            "local  all          all  scram-sha-256\n"
            "local  replication  all  scram-sha-256\n",
        )
        with (unfinished / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write("\ninclude = 'wangge.conf'\ninclude = 'local.conf'\n")
        self._write_for_server(unfinished / "wangge.conf", self._settings())
        self._write_for_server(unfinished / "local.conf", "# Your own settings; they win over wangge.conf.\n")
        unfinished.rename(self._cluster)

    def _settings(self) -> str:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_dir),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "shared_buffers": "256MB",
            "effective_cache_size": "1GB",
            "maintenance_work_mem": "128MB",
            "wal_compression": "lz4",
            "random_page_cost": "1.1",
            "jit": "off",  # compiling takes longer than our queries
            # Many short queries on few cores: workers cost more than they bring, and a
            # container's small /dev/shm makes parallel joins fail.
            "max_parallel_workers_per_gather": "0",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "logging_collector": "on",
            "log_directory": "log",
            "log_filename": "postgresql-%a.log",
            "log_truncate_on_rotation": "on",
            "log_rotation_age": "1d",
            "log_rotation_size": "0",
            "log_line_prefix": "%m [%p] %q%u@%d ",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        lines = (f"{name} = '{value}'\n" for name, value in settings.items())
        return "# Written by Wangge at every start; put your own settings into local.conf.\n" + "".join(lines)

    # ---- the server process

    def _start(self) -> None:
        log = self._base / "start.log"
        try:
            self._pg_ctl("start", "-t", str(START_TIMEOUT_S), "-l", str(log))
        except ClusterError as error:
            last = log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:] if log.exists() else []
            raise ClusterError("\n  ".join([str(error), *last, f"more in {log} and {self._cluster}/log"])) from error

    def _end_leftovers(self) -> None:
        """Clear what a killed postmaster left behind, so that the next one can start.

        Its children notice its death by themselves, but one in the middle of a long query may
        take its time; as long as one lives, a new postmaster refuses. Killing them is safe:
        the write-ahead log is replayed at the next start.
        """
        if self.is_running():
            return
        deadline = time.monotonic() + ORPHANS_TIMEOUT_S
        while orphans := self._processes_here():
            late = time.monotonic() > deadline
            for pid in orphans:
                with_signal = signal.SIGKILL if late else signal.SIGTERM
                try:
                    os.kill(pid, with_signal)
                except ProcessLookupError:
                    continue
            if late and time.monotonic() > deadline + ORPHANS_TIMEOUT_S:
                raise ClusterError(f"Old database processes {orphans} do not end; stop them and start again.")
            time.sleep(0.1)
        self._disarm_stale_pid()
        for name in (SOCKET_FILE, SOCKET_FILE + ".lock"):  # nobody else uses this folder
            (self.socket_dir / name).unlink(missing_ok=True)

    def _disarm_stale_pid(self) -> None:
        """Put an impossible process id into a stale postmaster.pid whose number was used again.

        After a restart of a container the old number often belongs to another process of the
        same user, and PostgreSQL would take that for a running server. The file stays, because
        its shared-memory key still guards against live children.
        """
        file = self._cluster / "postmaster.pid"
        pid = self.postmaster_pid()
        if pid is None or not _alive(pid):
            return
        _, rest = file.read_text(encoding="ascii").split("\n", 1)
        impossible = int(Path("/proc/sys/kernel/pid_max").read_text(encoding="ascii")) + 1
        file.write_text(f"{impossible}\n{rest}", encoding="ascii")

    def _works_here(self, pid: int) -> bool:
        """Whether this process is PostgreSQL at work in our cluster, told by its working directory."""
        try:
            return os.path.samefile(f"/proc/{pid}/cwd", self._cluster)
        except PermissionError:
            return False  # another user's process
        except FileNotFoundError:
            return not Path("/proc/self").exists() and _alive(pid)

    def _processes_here(self) -> list[int]:
        if not self._cluster.exists():
            return []
        pids = (int(entry.name) for entry in Path("/proc").glob("[0-9]*"))
        return [pid for pid in pids if self._works_here(pid) and _program(pid) == "postgres"]

    def _pg_ctl(self, verb: str, *arguments: str) -> None:
        pg_ctl = str(self._binaries.bindir / "pg_ctl")
        doing = f"{verb} the database server"
        self._as_server_user([pg_ctl, verb, "-D", str(self._cluster), "-w", *arguments], doing=doing)

    def _as_server_user(self, command: list[str], *, doing: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
        user = self._server_user
        if os.geteuid() == 0:
            # Not by subprocess' own `user`: for that Python forks, which runs what libraries do at a fork, and PROJ's may wait for
            # ever for a lock that a thread held.
            command = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--", *command]
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd="/",
            env=self._environment({"HOME": "/nonexistent"}),
            umask=0o077,
        )
        if check and done.returncode != 0:
            said = (done.stderr or done.stdout).strip()
            raise ClusterError(f"Could not {doing} (as user {user.pw_name}):\n  {said}")
        return done

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        """A clean environment: PGHOST and its like from the operator's shell must not lead us elsewhere."""
        return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", **self._binaries.environment, **more}

    # ---- roles and databases

    def _bootstrap(self) -> None:
        """Bring roles and the database up to this release's SQL; a mark makes the usual start skip it."""
        sources = [(_SQL_FOLDER / name).read_text(encoding="utf-8") for name in ("roles.sql", "bootstrap.sql")]
        self._write_secrets()
        sources += [self._secret(OWNER), self._secret(APP)]
        wanted = hashlib.sha256("\0".join(sources).encode()).hexdigest()
        mark = self._cluster / "wangge-bootstrap"
        if mark.exists() and mark.read_text(encoding="ascii") == wanted:
            return
        self._sql(sources[0], owner_password=self._secret(OWNER), app_password=self._secret(APP))
        existing = self._sql("SELECT datname FROM pg_database").split()
        if DATABASE not in existing:
            self._sql(f'CREATE DATABASE "{DATABASE}" OWNER {OWNER} TEMPLATE template0')
        self._bootstrap_database(DATABASE)
        self._write_for_server(mark, wanted)

    def _bootstrap_database(self, name: str) -> None:
        self._sql((_SQL_FOLDER / "bootstrap.sql").read_text(encoding="utf-8"), database=name, connect_to=name)

    def _sql(self, text: str, *, connect_to: str = "postgres", **variables: str) -> str:
        """Run ``text`` as superuser by psql; variables travel on stdin, so that no password shows in a process list."""
        script = "".join(f"\\set {name} '{value}'\n" for name, value in variables.items()) + text
        psql = [str(self._binaries.bindir / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-"]
        psql += ["-h", str(self.socket_dir), "-U", SUPERUSER, "-d", connect_to]
        environment = self._environment({"PGPASSWORD": self._secret(SUPERUSER), "PGOPTIONS": "-c client_min_messages=warning"})
        done = subprocess.run(psql, input=script, capture_output=True, text=True, cwd="/", env=environment)
        if done.returncode != 0:
            raise ClusterError(f"The database refused a bootstrap statement:\n  {done.stderr.strip()}")
        return done.stdout

    def _url(self, role: str, database: str) -> str:
        return f"postgresql://{role}:{self._secret(role)}@/{database}?host={quote(str(self.socket_dir))}"

    # ---- secrets

    def _secret(self, role: str) -> str:
        file = self.data_dir / "secrets" / f"database_{role}"
        try:
            return file.read_text(encoding="ascii").strip()
        except FileNotFoundError as error:
            raise ClusterError(f"{file} is missing. Has the cluster been started once?") from error
        except PermissionError as error:
            raise ClusterError(f"{file} belongs to another user; start as the one who owns {self.data_dir}.") from error

    def _write_secrets(self) -> None:
        """Make the passwords that are missing. The superuser's can only be made together with a new cluster."""
        folder = self.data_dir / "secrets"
        folder.mkdir(mode=0o700, exist_ok=True)
        new_cluster = not (self._cluster / "PG_VERSION").exists()
        for role in (SUPERUSER, OWNER, APP):
            file = folder / f"database_{role}"
            if file.exists():
                continue
            if role == SUPERUSER and not new_cluster:
                raise ClusterError(
                    f"{file} is missing, though the database exists. Put it back from a copy, "
                    f"or move {self.data_dir} away to begin with an empty one."
                )
            _write_private(file, secrets.token_urlsafe(24))


def _write_private(file: Path, text: str) -> None:
    """Write a 0600 file whole or not at all."""
    unfinished = file.with_name(file.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as handle:
        handle.write(text + "\n")
        handle.flush()
        os.fsync(handle.fileno())
    unfinished.rename(file)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _program(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
    except OSError:
        return ""
