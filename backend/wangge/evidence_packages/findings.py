"""What a verification can find, each with a name for programs and a sentence in Chinese and in English for people."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from msgspec import Struct


class Sentences(NamedTuple):
    """What a finding means."""

    zh: str
    en: str


# Failures: the package does not prove what it says.
FAILURES: dict[str, Sentences] = {
    "package_unreadable": Sentences("不是可读的证据包", "This is no readable evidence package"),
    "manifest_signature_wrong": Sentences("清单的服务器签名不成立", "The server's signature under the manifest does not hold"),
    "signer_not_trusted": Sentences("签名的服务器密钥不在您信任的密钥之内", "The server key that signed is not among those you trust"),
    "server_key_wrong": Sentences("服务器公钥与其编号不符", "A server key does not match its id"),
    "file_missing": Sentences("清单列出的文件不在包内", "A file that the manifest lists is missing"),
    "file_altered": Sentences("文件内容与清单不符", "A file is not as the manifest says"),
    "file_not_listed": Sentences("包内有清单未列出的文件", "A file is here that the manifest does not list"),
    "operation_altered": Sentences("记录内容被改动（与其指纹不符）", "A record's text was altered: its hash differs"),
    "seal_wrong": Sentences("手机封签不成立", "The phone's seal does not hold"),
    "seal_key_missing": Sentences("封签所用的密钥不在包内", "The key of a seal is missing"),
    "replayed_from_another_device": Sentences(
        "记录写明一台手机、却由另一台手机封签：重放或冒用", "The record names one phone and is sealed by another: a replay"
    ),
    "seal_after_revocation": Sentences("封签时该手机已停用", "Sealed after its phone was stopped"),
    "device_key_wrong": Sentences("手机密钥与其编号或持有证明不符", "A phone's key does not match its id or its proof"),
    "chain_broken": Sentences("前后记录的链接断开", "A record does not follow the one before it in its chain"),
    "chain_forked": Sentences("同一序号有两条不同的记录", "Two records bear the same number in one chain"),
    "receipt_missing": Sentences("缺少服务器回执", "The server's receipt is missing"),
    "receipt_forged": Sentences("服务器回执的签名不成立或属于另一条记录", "A receipt is not the server's, or is of another record"),
    "log_entry_missing": Sentences("存证日志中没有这条内容", "The record log's entry is missing"),
    "log_proof_wrong": Sentences(
        "存证日志的证明不成立：条目被改动、删除或换位", "The log's proof does not hold: an entry was altered, removed or moved"
    ),
    "log_place_taken_twice": Sentences("两条内容占用存证日志的同一位置", "Two entries claim one place in the log"),
    "root_signature_wrong": Sentences("存证日志根的签名不成立", "The signature of a log root does not hold"),
    "root_not_consistent": Sentences(
        "存证日志与较早公布的根不一致：历史被改动", "The log does not begin with an earlier root: its past was altered"
    ),
    "root_contradicted": Sentences("与您保存的日根不同", "A daily root differs from the one you kept"),
    "root_missing": Sentences("缺少您保存的日根", "A daily root that you kept is missing"),
    "photo_altered": Sentences(
        "照片或录音录像被改动（与采集时的指纹不符）", "A photo or a note was altered: it is not what was hashed at capture"
    ),
    "photo_missing": Sentences("照片或录音录像的文件缺失", "The file of a photo or a note is missing"),
    "photo_not_announced": Sentences("没有记录登记过这份照片或录音录像", "No record announces this photo or note"),
    "byte_receipt_forged": Sentences("文件回执的签名不成立或属于另一文件", "A file's receipt is not the server's, or is of another file"),
    "byte_receipt_contradicted": Sentences(
        "文件回执与存证日志矛盾：日志位置早于回执", "A file's receipt contradicts the log: its entry stands before what the receipt says"
    ),
}
# Notes: not against the package, and worth knowing.
NOTES: dict[str, Sentences] = {
    "unsealed": Sentences("旧版应用或无密钥的手机所记，没有封签", "Recorded without a seal: an old app, or a phone without a key"),
    "refused_at_arrival": Sentences("服务器收到时已因封签问题拒绝生效", "The server itself had refused it for its seal"),
    "photo_not_arrived": Sentences("照片或录音录像还没有从手机传到服务器", "The photo or note had not reached the server yet"),
    "byte_receipt_missing": Sentences(
        "文件没有签名回执（在启用文件回执之前收到）", "A file has no signed receipt: it was stored before they were given"
    ),
    "key_not_compared": Sentences(
        "没有提供您信任的服务器公钥：只证明包内一致", "No server key of yours was given: only the package's own consistency is shown"
    ),
    "phone_not_enrolled": Sentences("该手机未经工作人员登记", "Staff had not enrolled this phone"),
}


class Finding(Struct):
    """One thing found: its name, where, and what was expected and found."""

    code: str
    where: str
    details: dict[str, Any] = {}

    def lines(self) -> list[str]:
        """The finding for people."""
        sentences = FAILURES.get(self.code) or NOTES[self.code]
        about = f" [{self.where}]" if self.where else ""
        details = "".join(f" {name}={value}" for name, value in self.details.items())
        return [f"{sentences.zh}{about}", f"  {sentences.en} ({self.code}){details}"]


class Signer(Struct):
    """The server key that signed the package."""

    key_id: str
    is_trusted: bool


class Report(Struct):
    """What a verification found."""

    failures: list[Finding] = []
    notes: list[Finding] = []
    operations: int = 0
    sealed: int = 0
    receipts: int = 0
    photos: int = 0
    byte_receipts: int = 0
    log_entries: int = 0
    roots: int = 0
    tree_size: int | None = None
    root_hash: str | None = None
    signer: Signer | None = None

    @property
    def is_good(self) -> bool:
        """Nothing speaks against it."""
        return not self.failures

    def fail(self, code: str, where: str = "", **details: Any) -> None:
        """Something does not hold."""
        if code not in FAILURES:
            raise KeyError(code)
        self.failures.append(Finding(code, where, details))

    def note(self, code: str, where: str = "", **details: Any) -> None:
        """Something worth knowing."""
        if code not in NOTES:
            raise KeyError(code)
        self.notes.append(Finding(code, where, details))

    def text(self) -> str:
        """The report for people, in both languages."""
        head = ["核验通过 VERIFIED"] if self.is_good else [f"核验不通过 NOT VERIFIED: {len(self.failures)}"]
        counted = [
            f"记录 operations {self.operations}（已封签 sealed {self.sealed}，回执 receipts {self.receipts}）",
            f"照片和录音录像文件 files {self.photos}（回执 receipts {self.byte_receipts}）",
            f"存证日志 log entries {self.log_entries}，日根 daily roots {self.roots}，日志长度 tree size {self.tree_size}",
            f"日志根 root {self.root_hash}",
        ]
        if self.signer:
            trusted = "可信 trusted" if self.signer.is_trusted else "未比对 not compared"
            counted.append(f"服务器密钥 server key {self.signer.key_id}（{trusted}）")
        return "\n".join([*head, "", *_listed("✗", self.failures), *_listed("·", self.notes), *counted])


def _listed(mark: str, findings: Sequence[Finding]) -> list[str]:
    lines = [line for f in findings for line in (f"{mark} {f.lines()[0]}", f"  {f.lines()[1]}")]
    return [*lines, ""] if lines else []
