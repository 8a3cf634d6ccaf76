"""``wangge``: the operators' command line."""

import asyncio
import gc
import json
from pathlib import Path

import click

from wangge.cluster.commands import cluster_group
from wangge.core.settings import Settings, SettingsError, load_settings


def _settings() -> Settings:
    try:
        return load_settings()
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


def _owner_url(settings: Settings) -> str:
    if not settings.database_url:
        raise click.ClickException("This needs the owner's connection: set WANGGE_DATABASE_URL, or run it through scripts/run.")
    return settings.database_url


@click.group()
def main() -> None:
    """Wangge 网格: serve the city's labour-security grids, and look after its data."""


main.add_command(cluster_group)


@main.command()
def serve() -> None:
    """Serve API and app on WANGGE_HOST:WANGGE_PORT until told to stop."""
    import uvicorn

    from wangge.app import create_app
    from wangge.core.app_role import app_url
    from wangge.core.logging import configure_logging

    settings = _settings()
    configure_logging(settings.log_format)
    try:
        app = create_app(settings, app_url(settings))
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    # What has been built up to here stays for good: full collections need not walk it again (100 ms in the middle of a push).
    gc.collect()
    gc.freeze()
    uvicorn.run(app, host=settings.host, port=settings.port, log_config=None, access_log=False, server_header=False,
                proxy_headers=False, timeout_graceful_shutdown=10)  # fmt: skip


@main.group()
def db() -> None:
    """The database's schema."""


@db.command()
def upgrade() -> None:
    """Bring the database to this release's schema."""
    from wangge.audit_log.keeping import make_months_ahead
    from wangge.core.app_role import let_app_role_sign_in
    from wangge.core.migrate import upgrade as run

    settings = _settings()
    url = _owner_url(settings)

    async def both() -> str:
        revision = await run(url)
        await make_months_ahead(url)
        await let_app_role_sign_in(settings)
        return revision

    click.echo(f"Database at revision {asyncio.run(both())}")


@main.group()
def demo() -> None:
    """The demo city: Weifang with invented people and employers."""


@demo.command()
def load() -> None:
    """Load the demo city once; on later days only give the demo supervisor her patrol of the day."""
    from wangge.demo.loading import load_demo

    settings = _settings()
    asyncio.run(load_demo(_owner_url(settings), settings.data_dir, click.echo))


@demo.command("base-map")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def base_map(file: Path) -> None:
    """Write a small base map (PMTiles) of the demo city to FILE, for WANGGE_BASEMAP_PMTILES."""
    from wangge.demo.base_map import make_base_map

    tiles = asyncio.run(make_base_map(_owner_url(_settings()), file))
    click.echo(f"{file}: {tiles} tiles, {file.stat().st_size:,} bytes")


@demo.command("sign-ins")
def sign_ins() -> None:
    """Print the demo sign-ins of each role."""
    from wangge.demo.loading import sign_in_lines

    for line in sign_in_lines(_settings().data_dir):
        click.echo(line)


@main.group()
def audit() -> None:
    """The audit log's keeping."""


@audit.command()
def prune() -> None:
    """Let go of whole months older than the policy audit_retention_days (never younger than 180 days); leaves a line itself."""
    from wangge.audit_log.keeping import prune as run

    gone = asyncio.run(run(_owner_url(_settings())))
    for month, lines in gone:
        click.echo(f"{month}: {lines} lines")
    click.echo(f"{len(gone)} month(s) let go.")


@main.group()
def tracks() -> None:
    """The tracks' keeping."""


@tracks.command("prune")
def prune_tracks() -> None:
    """Let go of tracks older than the policy track_retention_days; leaves a line in the audit log."""
    from wangge.tracks.keeping import prune as run

    click.echo(f"{asyncio.run(run(_owner_url(_settings())))} stretch(es) let go.")


@main.group()
def account() -> None:
    """Accounts, where no administrator can help."""


@account.command()
@click.argument("login")
@click.option("--clear-totp", is_flag=True, help="Also take a lost authenticator away.")
def reset(login: str, clear_totp: bool) -> None:
    """Print a one-time code with which LOGIN chooses a new password (for the city, which has no unit above it)."""
    from wangge.accounts.operating import issue_reset

    code = asyncio.run(issue_reset(_owner_url(_settings()), login, clear_totp))
    if code is None:
        raise click.ClickException(f"No account has the login {login!r}.")
    click.echo(f"Reset code for {login}, good for a day, once: {code}")


@main.group()
def evidence() -> None:
    """Records and photos: packages that left the house, unsent work that left a phone."""


@evidence.command()
@click.argument("package", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", "keys", multiple=True, help="A server key that you trust, from /api/log/key (public_key); may be given again.")
@click.option("--trust", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="A file of daily roots that you kept, from /api/log/roots.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The report for programs.")
def verify(package: Path, keys: tuple[str, ...], trust: Path | None, as_json: bool) -> None:
    """Check a PACKAGE: every hash, seal, receipt and log proof. Needs no server and no database; 0 when all holds, 1 otherwise."""
    import msgspec

    from wangge.core.signatures import public_key_of
    from wangge.evidence_packages.verifying import TrustedRoot, verify_package

    if wrong := [key for key in keys if public_key_of(key) is None]:
        raise click.BadParameter(f"{wrong[0]!r} is no public key as /api/log/key gives them.", param_hint="--key")
    try:
        roots = msgspec.json.decode(trust.read_bytes(), type=list[TrustedRoot]) if trust else []
    except msgspec.DecodeError as error:
        raise click.BadParameter(f"{trust} does not hold roots as /api/log/roots gives them: {error}", param_hint="--trust") from error
    report = verify_package(package, keys, roots)
    if as_json:
        click.echo(json.dumps({"ok": report.is_good, **msgspec.to_builtins(report)}, ensure_ascii=False, indent=1))
    else:
        click.echo(report.text())
    raise SystemExit(0 if report.is_good else 1)


@evidence.command("import-unsent")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--server", help="Where the API runs; WANGGE_HOST and WANGGE_PORT without it.")
@click.option("--yes", is_flag=True, help="Do not ask whether the file came from this person.")
def import_unsent(file: Path, server: str | None, yes: bool) -> None:
    """Take in FILE, the unsent work that somebody exported from a phone that cannot send."""
    from wangge.unsent_files.errors import UnsentFileError
    from wangge.unsent_files.importing import read_unsent, take_in
    from wangge.unsent_files.key import UnsentFilesKey

    settings = _settings()
    try:
        content = read_unsent(UnsentFilesKey(settings.data_dir).open(file.read_bytes()))
        click.echo(f"{content['person']} ({content['login']}), exported {content.get('exported_at', '')}: "
                   f"{len(content['operations'])} operation(s), {len(content['files'])} photo(s).")  # fmt: skip
        # Whoever knows the public key can encrypt such a file: that it came from her is for the operator to know.
        if not yes:
            click.confirm("Did this file come from this person's phone?", abort=True)
        taken = asyncio.run(take_in(_owner_url(settings), server or f"http://{settings.host}:{settings.port}", content))
    except UnsentFileError as error:
        raise click.ClickException(str(error)) from error
    for outcome, count in sorted(taken.outcomes.items()):
        click.echo(f"{outcome}: {count}")
    click.echo(f"photos stored: {taken.stored}")
    for evidence_id, reason in taken.left:
        click.echo(f"photo {evidence_id} not stored: {reason}")


@main.command("rights-page")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write; standard output without it.")
@click.option("--scratch", type=click.Path(file_okay=False, path_type=Path),
              help="Make it from a fresh database of a private cluster in this folder, as the migrations seed it.")  # fmt: skip
def rights_page(out: Path | None, scratch: Path | None) -> None:
    """Write the rights matrix as Markdown, from the database."""
    from wangge.access.page import rights_page as make
    from wangge.access.page import seeded_rights_page

    text = asyncio.run(seeded_rights_page(scratch) if scratch else make(_owner_url(_settings())))
    if out:
        out.write_text(text)
    else:
        click.echo(text, nl=False)


@main.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write; standard output without it.")
def openapi(out: Path | None) -> None:
    """Write the API's OpenAPI document."""
    from wangge.app import create_app

    app = create_app(_settings(), "postgresql://unused@/unused")
    text = json.dumps(app.openapi_schema.to_schema(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    if out:
        out.write_text(text)
    else:
        click.echo(text, nl=False)
