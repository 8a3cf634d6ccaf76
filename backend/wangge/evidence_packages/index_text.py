"""A package's index for people: what was recorded, by whom, when, and how it is sealed; in Chinese and in English."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from wangge.core.clock import CHINA
from wangge.core.errors import Language
from wangge.evidence_packages.format import PackedOperation
from wangge.evidence_packages.gathering import Gathered

WORDS: dict[str, dict[Language, str]] = {
    "title": {"zh": "网格证据包目录", "en": "Wangge evidence package: index"},
    "employer": {"zh": "用人单位", "en": "Employer"},
    "visits": {"zh": "走访", "en": "Visits"},
    "made": {"zh": "导出", "en": "Made"},
    "reason": {"zh": "理由", "en": "Reason"},
    "entries": {"zh": "存证日志", "en": "Record log"},
    "sealed": {"zh": "已封签", "en": "sealed"},
    "unsealed": {"zh": "未封签", "en": "not sealed"},
    "no place": {"zh": "尚无编号", "en": "no place yet"},
    "place": {"zh": "日志第 {} 条", "en": "log entry {}"},
    "outcome": {"zh": "结果", "en": "outcome"},
    "how": {
        "zh": "核验方法：wangge evidence verify 本文件 --key 服务器公钥（不需要服务器和数据库）。",
        "en": "To verify: wangge evidence verify THIS-FILE --key SERVER-KEY (needs no server and no database).",
    },
    "copy": {"zh": "证据副本", "en": "evidence copy"},
    "audio": {"zh": "录音", "en": "sound note"},
    "video": {"zh": "录像", "en": "video note"},
    "original": {"zh": "原片", "en": "original"},
    "not here": {"zh": "文件不在包内（{}）", "en": "file not in the package ({})"},
    "employer.register": {"zh": "登记单位", "en": "employer registered"},
    "check_in.record": {"zh": "签到", "en": "check-in"},
    "employer.edit": {"zh": "修改单位档案", "en": "edit of an employer's file"},
    "key_list.acknowledge": {"zh": "签收重点监管", "en": "acknowledgement of the key list"},
    "visit.record": {"zh": "走访", "en": "visit"},
    "evidence.announce": {"zh": "照片、录音录像", "en": "photo or note"},
    "patrol.start": {"zh": "开始巡查", "en": "patrol started"},
    "patrol.finish": {"zh": "结束巡查", "en": "patrol finished"},
    "applied": {"zh": "已生效", "en": "applied"},
    "conflict": {"zh": "冲突待核对", "en": "conflict"},
    "waiting_for_parent": {"zh": "等待上级记录", "en": "waiting for its parent"},
    "quarantined": {"zh": "问题记录，未生效", "en": "kept without effect"},
}
TOLD = ("name", "note", "people_met", "activities")


def _moment(text: str) -> str:
    try:
        return datetime.fromisoformat(text).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        return text


def _text_of(body: str) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def index_text(package: Gathered, language: Language) -> str:
    """The index in one language."""

    def say(word: str, *values: object) -> str:
        return WORDS.get(word, {}).get(language, word).format(*values)

    def lines_of(number: int, op: PackedOperation) -> list[str]:
        text = _text_of(op.body)
        place = next((e.log_index for e in package.log.entries if e.subject_id == op.op_id and e.sha256 == op.op_sha256), None)
        facts = [
            _moment(str(text.get("captured_at", ""))),
            say(str(text.get("kind", "?"))),
            op.person.name or op.person.id,
            say("sealed" if op.signature else "unsealed"),
            say("place", place) if place is not None else say("no place"),
            f"{say('outcome')}: {say(op.outcome)}",
        ]
        payload = text.get("payload")
        told = [f"      {name}: {payload[name]}" for name in TOLD if isinstance(payload, dict) and payload.get(name)]
        files = [p for p in package.photos if p.evidence_id == text.get("entity_id")]
        shown = [
            f"      {say(p.part if p.medium == 'photo' else p.medium)}: {p.path or say('not here', p.state)}  SHA-256 {p.sha256}"
            for p in files
        ]
        return [f"{number:4}. " + " | ".join(facts), f"      SHA-256 {op.op_sha256}", *told, *shown]

    lines = [say("title"), ""]
    if package.employer:
        lines.append(f"{say('employer')}: {package.employer.name} ({package.employer.id})")
    if package.visit_ids:
        lines.append(f"{say('visits')}: {', '.join(package.visit_ids)}")
    lines += [
        f"{say('made')}: {package.made_at.astimezone(CHINA):%Y-%m-%d %H:%M:%S} {package.made_by.name}",
        f"{say('reason')}: {package.reason}",
        f"{say('entries')}: {package.log.head.tree_size}, {package.log.head.root_hash}",
        "",
    ]
    for number, op in enumerate(package.operations, 1):
        lines += lines_of(number, op)
    return "\n".join([*lines, "", say("how"), ""])
