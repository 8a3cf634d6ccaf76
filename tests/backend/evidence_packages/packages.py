"""A package exported from the real server, and the hands of a forger on it."""

import hashlib
import io
import json
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from click.testing import CliRunner
from sealing import SealedOp, SealingPhone

from wangge.cli import main
from wangge.core.canonical import canonical_json
from wangge.core.signatures import PrivateKey, key_id_of, sign, text_of
from wangge.record_log.merkle import node_hash
from wangge.record_log.texts import byte_receipt_text, manifest_text, receipt_text, root_text

Data = dict[str, Any]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def upload(http: httpx.AsyncClient, evidence_id: str, part: str, data: bytes) -> None:
    """One file of a photo, whole, by tus."""
    metadata = f"evidence_id {b64encode(evidence_id.encode()).decode()},part {b64encode(part.encode()).decode()}"
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(data)), "Upload-Metadata": metadata,
               "Content-Type": "application/offset+octet-stream"}  # fmt: skip
    answer = await http.post("/api/uploads", headers=headers, content=data)
    assert answer.headers.get("x-wangge-stored-sha256") == sha256(data), answer.text


def verified(path: Path, *options: str) -> Data:
    """What ``wangge evidence verify`` says; its exit code must agree."""
    ran = CliRunner().invoke(main, ["evidence", "verify", str(path), "--json", *options])
    report: Data = json.loads(ran.output)
    assert ran.exit_code == (0 if report["ok"] else 1)
    assert report["ok"] == (not report["failures"])
    return report


def codes(report: Data) -> set[str]:
    return {failure["code"] for failure in report["failures"]}


@dataclass
class Exported:
    """The package's files by path, and what the forger may have got hold of."""

    files: dict[str, bytes]
    phones: dict[str, SealingPhone]
    ops: dict[str, SealedOp]
    server_key: PrivateKey
    public_key: str
    roots: list[Data]
    leaves: list[bytes]

    def json(self, name: str) -> Any:
        return json.loads(self.files[name])

    def operation(self, name: str) -> Data:
        """One of the packed operations, by the name the fixture gave it."""
        return next(op for op in self.json("operations.json") if op["op_sha256"] == self.ops[name].op_sha256)


@dataclass
class Forger:
    """Changes files of a package, and mends the manifest; signing it takes the server's key."""

    files: dict[str, bytes]
    exported: Exported
    signs_with: PrivateKey | None = None
    touched: set[str] = field(default_factory=set)

    def change(self, name: str, how: Callable[[Any], Any]) -> None:
        """Change a JSON file; ``how`` changes it in place, or gives another in its stead."""
        value = json.loads(self.files[name])
        changed = how(value)
        self.files[name] = json.dumps(value if changed is None else changed, ensure_ascii=False).encode()

    def change_operation(self, name: str, how: Callable[[Data], None]) -> None:
        wanted = self.exported.ops[name].op_sha256

        def change(operations: list[Data]) -> None:
            how(next(op for op in operations if op["op_sha256"] == wanted))

        self.change("operations.json", change)

    def mend_manifest(self) -> None:
        """Let the manifest list the files as they are now."""
        manifest = json.loads(self.files["manifest.json"])
        manifest["files"] = [
            {"path": name, "sha256": sha256(data), "bytes": len(data)}
            for name, data in self.files.items()
            if not name.startswith("manifest.")
        ]
        self.files["manifest.json"] = canonical_json(manifest).encode()
        if self.signs_with:
            key_id = key_id_of(text_of(self.signs_with.public_key()))
            signature = sign(self.signs_with, manifest_text(sha256(self.files["manifest.json"]), key_id))
            self.files["manifest.sig.json"] = canonical_json({"key_id": key_id, "signature": signature}).encode()

    def save(self, path: Path) -> Path:
        path.write_bytes(archive_of(self.files))
        return path


def archive_of(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def files_of(package: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def receipt_by(key: PrivateKey, receipt: Data, **changes: str) -> Data:
    """A receipt signed by whom one likes."""
    forged = {**receipt, **changes, "key_id": key_id_of(text_of(key.public_key()))}
    text = receipt_text(forged["op_id"], forged["op_sha256"], forged["received_at"], forged["key_id"])
    return forged | {"signature": sign(key, text)}


def byte_receipt_by(key: PrivateKey, photo: Data, log_size: int | None = None) -> Data:
    """A file with a receipt for its bytes signed by whom one likes."""
    r = photo["receipt"] | {"key_id": key_id_of(text_of(key.public_key()))}
    r["log_size"] = r["log_size"] if log_size is None else log_size
    text = byte_receipt_text(r["evidence_id"], r["part"], r["sha256"], r["bytes"], r["stored_at"], r["log_size"], r["key_id"])
    return photo | {"receipt": r | {"signature": sign(key, text)}}


def root_by(key: PrivateKey, root: Data, tree_size: int, root_hash: str) -> Data:
    """A root signed by whom one likes."""
    key_id = key_id_of(text_of(key.public_key()))
    text = root_text(tree_size, root_hash, root["at"], key_id, root["day"])
    return {**root, "tree_size": tree_size, "root_hash": root_hash, "key_id": key_id, "signature": sign(key, text)}


def plain_root(hashes: list[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    k = 1 << ((len(hashes) - 1).bit_length() - 1)
    return node_hash(plain_root(hashes[:k]), plain_root(hashes[k:]))


def plain_path(index: int, hashes: list[bytes]) -> list[bytes]:
    if len(hashes) == 1:
        return []
    k = 1 << ((len(hashes) - 1).bit_length() - 1)
    if index < k:
        return [*plain_path(index, hashes[:k]), plain_root(hashes[k:])]
    return [*plain_path(index - k, hashes[k:]), plain_root(hashes[:k])]


def hexes(hashes: Iterable[bytes]) -> list[str]:
    return [h.hex() for h in hashes]
