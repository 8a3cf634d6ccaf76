"""``wangge cluster``: start, stop and look at the private database cluster."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from wangge.cluster.binaries import find_binaries
from wangge.cluster.errors import ClusterError
from wangge.cluster.private import ClusterUrls, PrivateCluster

# The same default as in Settings, which must not be imported here (see the package's docstring).
DEFAULT_DATA_DIR = Path(__file__).resolve().parents[3] / "data"

data_dir_option = click.option(
    "--data-dir",
    envvar="WANGGE_DATA_DIR",
    default=DEFAULT_DATA_DIR,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder that holds the cluster (WANGGE_DATA_DIR).",
)


@contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        yield
    except ClusterError as error:
        raise click.ClickException(str(error)) from error


@click.group("cluster")
def cluster_group() -> None:
    """The private PostgreSQL cluster in the data folder (used when WANGGE_DATABASE_URL is not set)."""


@cluster_group.command()
@data_dir_option
@click.option("--no-fsync", is_flag=True, help="Fast and unsafe: for tests only.")
def start(data_dir: Path, no_fsync: bool) -> None:
    """Create the cluster if it is missing and start it."""
    with _plain_errors():
        PrivateCluster(data_dir, durable=not no_fsync).ensure_started()


@cluster_group.command()
@data_dir_option
def stop(data_dir: Path) -> None:
    """Stop the cluster."""
    with _plain_errors():
        PrivateCluster(data_dir).stop()


@cluster_group.command()
@data_dir_option
def status(data_dir: Path) -> None:
    """Say whether the cluster runs; exit code 3 when it does not."""
    cluster = PrivateCluster(data_dir)
    if not cluster.is_running():
        click.echo("stopped")
        raise click.exceptions.Exit(3)
    click.echo(f"running, process {cluster.postmaster_pid()}")


@cluster_group.command()
def find() -> None:
    """Print the folder of the PostgreSQL programs that would be used, or say how to get some."""
    with _plain_errors():
        click.echo(find_binaries().bindir)


@cluster_group.command()
@data_dir_option
@click.option("--superuser", is_flag=True, help="Show the superuser's connection too.")
def urls(data_dir: Path, superuser: bool) -> None:
    """Print the connections as lines for a shell's eval. They hold passwords."""
    with _plain_errors():
        found = PrivateCluster(data_dir).urls()
    _print_urls(found)
    if superuser:
        click.echo(f"export WANGGE_DATABASE_SUPERUSER_URL={shlex.quote(found.superuser)}")


def _print_urls(found: ClusterUrls) -> None:
    click.echo(f"export WANGGE_DATABASE_URL={shlex.quote(found.owner)}")
    click.echo(f"export WANGGE_DATABASE_APP_URL={shlex.quote(found.app)}")
