"""Taking a file of unsent work in: the operator does for the phone what it could not, by the very requests it would have made.

The operations go through the API's push and the photos through its uploads, in a session of the person who captured them, so
there is one set of rules, and a second import of the same file changes nothing.
"""

import base64
import hashlib
import json
import secrets
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from wangge.accounts.actor import token_hash
from wangge.unsent_files.errors import UnsentFileError

PUSHED_AT_ONCE = 100
OPEN_SESSION = """
    select o.problem from auth_account($1) a, lateral
        auth_open_session(a.account_id, a.appointment_id, $2, now() + interval '1 hour', 'phone', $3::uuid, '', '', '', null) o
    where a.account_id = $4::uuid and a.is_active and a.appointment_id is not null
"""
END_SESSION = "update sessions set revoked_at = now() where token_sha256 = $1"


@dataclass
class Taken:
    """What became of a file: operations by outcome, photos that are now stored, and those that are not, with the reason."""

    outcomes: Counter[str] = field(default_factory=Counter)
    stored: int = 0
    left: list[tuple[str, str]] = field(default_factory=list)


def read_unsent(plain: bytes) -> dict[str, Any]:
    """The content of an opened file.

    Raises:
        UnsentFileError: it is not what the phone writes.
    """
    try:
        content = json.loads(plain)
        if content["format"] != "wangge.unsent" or content["v"] != 1:
            raise KeyError("format")
        for name in ("login", "account_id", "device_id", "person", "operations", "files"):
            content[name]
    except (ValueError, KeyError, TypeError) as error:
        raise UnsentFileError("The file's content is not unsent work as phones write it.") from error
    found: dict[str, Any] = content
    return found


async def take_in(owner_url: str, server: str, content: dict[str, Any]) -> Taken:
    """Push what a file holds, as the person who captured it.

    Args:
        owner_url: The owner's connection; opens and ends the session.
        server: Where the API runs, such as ``http://127.0.0.1:8700``.
        content: As ``read_unsent`` gives it.

    Raises:
        UnsentFileError: the account is closed or holds no appointment, or the API cannot be reached.
    """
    token = secrets.token_urlsafe(32)
    connection = await asyncpg.connect(owner_url)
    try:
        await _open_session(connection, token, content)
        try:
            api = Api(server, token, str(content["account_id"]))
            taken = Taken()
            _push(api, content["operations"], _knows_key(api, content.get("seal_key")), taken)
            for file in content["files"]:
                _upload(api, file, taken)
        finally:
            await connection.execute(END_SESSION, token_hash(token))
        await connection.execute(
            "select audit('unsent_file_taken_in', 'account', $1, $2)",
            content["account_id"], json.dumps({"outcomes": taken.outcomes, "photos": taken.stored, "left": len(taken.left)}),
        )  # fmt: skip
    finally:
        await connection.close()
    return taken


async def _open_session(connection: asyncpg.Connection, token: str, content: dict[str, Any]) -> None:
    # A phone that was stopped gets no session of its own any more; what it captured before is taken in all the same.
    for device in (content["device_id"], None):
        async with connection.transaction():
            row = await connection.fetchrow(OPEN_SESSION, content["login"], token_hash(token), device, content["account_id"])
        if row is None:
            raise UnsentFileError(
                f"The account {content['login']} is closed, holds no appointment, or is not the one in the file; open it first."
            )
        if row["problem"] is None:
            return
    raise UnsentFileError(f"No session could be opened for {content['login']}: {row['problem']}.")


@dataclass(frozen=True)
class Api:
    """The API as the phone would ask it."""

    server: str
    token: str
    account_id: str

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any, bytes]:
        """One request; returns status, headers and body.

        Raises:
            UnsentFileError: the API cannot be reached.
        """
        known = {"Authorization": f"Bearer {self.token}", "X-Wangge-Client": "field/import", "X-Wangge-Account": self.account_id}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.server + path, data=body, method=method, headers=known | named)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()
        except OSError as error:
            raise UnsentFileError(f"The API does not answer at {self.server}: {error}. Start it, or name it by --server.") from error


def _said(body: bytes) -> str:
    try:
        problem = json.loads(body)
        return f"{problem['type']}: {problem['detail']}"
    except (ValueError, KeyError, TypeError):
        return body[:200].decode("utf-8", "replace")


def _knows_key(api: Api, registration: dict[str, str] | None) -> bool:
    """Make the store's key known, as the phone would have; without it what was sealed goes as unsealed."""
    if not registration:
        return False
    status, _, _ = api.ask("POST", "/api/me/device/key", json.dumps(registration).encode(), Content_Type="application/json")
    return status == 200


def _push(api: Api, operations: list[dict[str, Any]], with_seals: bool, taken: Taken) -> None:
    wanted = ("body", "key_id", "signature") if with_seals else ("body",)
    operations = [{k: op[k] for k in wanted if op.get(k) is not None} for op in operations]
    for at in range(0, len(operations), PUSHED_AT_ONCE):
        body = json.dumps({"operations": operations[at : at + PUSHED_AT_ONCE]}).encode()
        status, _, answer = api.ask("POST", "/api/sync/push", body, Content_Type="application/json")
        if status != 200:
            raise UnsentFileError(f"The API refused the operations: {_said(answer)}")
        taken.outcomes.update(outcome["outcome"] for outcome in json.loads(answer)["outcomes"])


def _upload(api: Api, file: dict[str, Any], taken: Taken) -> None:
    data = base64.b64decode(file["base64"])
    if hashlib.sha256(data).hexdigest() != file["sha256"]:
        taken.left.append((file["evidence_id"], "the file's copy of it is damaged"))
        return
    said = {"evidence_id": file["evidence_id"], "part": file["part"]}
    metadata = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in said.items())
    status, headers, answer = api.ask(
        "POST", "/api/uploads", data, Tus_Resumable="1.0.0", Upload_Length=str(len(data)), Upload_Metadata=metadata,
        Content_Type="application/offset+octet-stream",
    )  # fmt: skip
    if status == 201 and headers.get("X-Wangge-Stored-Sha256") == file["sha256"]:
        taken.stored += 1
    else:
        taken.left.append((file["evidence_id"], _said(answer) if status != 201 else "it did not arrive whole"))
