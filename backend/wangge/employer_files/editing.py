"""Editing an employer's file, from a phone or at a desk: field by field, whatever order it arrives in.

An edit from a phone names the version that was on its screen. Where two phones said something else about one field, both are
kept as a work item for the street (``employer_conflicts``), and the later word stands until somebody chooses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID, uuid5

import msgspec
from msgspec import Meta, Struct

from wangge.accounts.actor import Actor
from wangge.core.clock import china_day
from wangge.core.errors import InvalidInput, NotFound
from wangge.core.operations import (
    EmployerOutOfScope,
    LimitsAt,
    Operation,
    Verdict,
    clock_flags,
    quarantined,
    reach_employers,
    uncertified_days,
    waiting_for,
)
from wangge.employer_files.checks import problems_of, said
from wangge.employer_files.errors import FieldsDisputed
from wangge.employer_files.form import clean_values, columns, fields
from wangge.employer_files.settling import Said, settle
from wangge.incidents.reporting import IncidentPayload, report_incidents

NOBODY = UUID(int=0)
Reasons = Annotated[dict[str, Annotated[str, Meta(max_length=1000)]], Meta(max_length=100)]
Values = Annotated[dict[str, Any], Meta(max_length=200)]


class SurveyFilling(Struct, frozen=True):
    """One filling of the form: the whole form as it was seen, who filled it in, and why warnings were left standing (by code)."""

    filled_on: date
    answers: Values
    filler: Annotated[str, Meta(max_length=80)] = ""
    kept: Reasons = {}


class EmployerEditPayload(Struct, frozen=True):
    """Changes of an employer's file by field (null: no longer known); with ``survey`` where the whole form was filled in."""

    employer_id: UUID
    changes: Values
    survey: SurveyFilling | None = None
    note: Annotated[str, Meta(max_length=1000)] = ""


@dataclass(frozen=True)
class Edit:
    """An edit to apply, its values clean. ``source`` is what the history says; ``origin`` its kind."""

    id: UUID
    op_id: UUID
    employer_id: UUID
    changes: Mapping[str, Any]
    origin: str
    at: datetime
    on_day: date
    base_version: int | None = None
    source: str = ""
    store: UUID | None = None
    store_seq: int = 0
    note: str = ""
    survey: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Applied:
    """What an edit came to: the file's version now, the fields on which two values wait, those whose value changed, and what was
    known before."""

    version: int
    grid_path: str
    disputed: tuple[str, ...]
    changed: Mapping[str, Any]
    before: Mapping[str, Any]


def _said(row: Mapping[str, Any]) -> Said:
    return Said(
        UUID(row["op_id"]), row["value"], row["base_version"], row["arrived_version"], UUID(row["person_id"]),
        UUID(row["store_id"]) if row["store_id"] else None, row["store_seq"] or 0, datetime.fromisoformat(row["happened_at"]),
        row["origin"], row["note"], UUID(row["edit_id"]),
    )  # fmt: skip


def _last_word(edits: Sequence[Said], other: Mapping[str, Any] | None) -> Said | None:
    """The last word on a field that came from no phone: from a desk, or from an import (which is no edit)."""
    words = [e for e in edits if e.origin != "phone"]
    if other is not None:
        person = UUID(other["person_id"]) if other["person_id"] else None
        at = datetime.fromisoformat(other["changed_at"])
        words.append(Said(NOBODY, other["value"], other["version"], other["version"], person, None, 0, at, other["source"]))
    return max(words, key=lambda e: e.arrived_version, default=None)


def _candidate(one: Said) -> dict[str, Any]:
    return {"value": one.value, "person_id": one.person_id, "at": one.at, "origin": one.origin, "edit_id": one.edit_id, "note": one.note}


async def apply_edit(conn: Any, edit: Edit, person_id: UUID, policies: Mapping[str, Any]) -> Applied:
    """Settle an edit against what the file holds, and write it. The file has to be locked (``lock_employers``).

    ``policies`` are the limits of the edit's day.

    Raises:
        NotFound: the file is not the person's to write.
    """
    touched = list(edit.changes)
    state = await conn.fetchval("select employer_file_state($1, $2, $3)", edit.employer_id, touched, edit.on_day)
    if state is None:
        raise NotFound()
    version = state["version"]
    base = version if edit.base_version is None else max(0, min(edit.base_version, version))
    known = {**state["fields"], **state["answers"]}
    changed: dict[str, Any] = {}
    conflicts = []
    for key, value in edit.changes.items():
        edits = [_said(row) for row in state["edits"] if row["field"] == key]
        edits.append(Said(edit.op_id, value, base, version + 1, person_id, edit.store, edit.store_seq, edit.at, edit.origin,
                          edit.note, edit.id))  # fmt: skip
        phones = [e for e in edits if e.origin == "phone"]
        settled = settle(phones, _last_word(edits, state["others"].get(key)))
        if settled is None:
            raise RuntimeError("this edit itself was said")
        if settled.value != known.get(key):
            changed[key] = settled.value
        conflicts.append({"field": key, "candidates": [_candidate(c) for c in settled.candidates], "chosen": settled.value})
    disputed = tuple(c["field"] for c in conflicts if c["candidates"])
    problems = problems_of({**known, **changed}, policies, edit.on_day)
    written = {
        "source": edit.source or edit.origin,
        "columns": {key: value for key, value in changed.items() if key in columns()},
        "answers": {key: value for key, value in changed.items() if key not in columns()},
        "edits": [
            {"op_id": edit.op_id, "edit_id": edit.id, "field": key, "value": value, "base_version": base, "store_id": edit.store,
             "store_seq": edit.store_seq, "origin": edit.origin, "note": edit.note, "happened_at": edit.at}
            for key, value in edit.changes.items()
        ],
        "survey": edit.survey,
        "conflicts": conflicts,
        "disputed": sorted((set(state["disputed"]) - set(touched)) | set(disputed)),
        "problems": [p.as_json() for p in problems],
        "errors": sum(p.severity == "error" for p in problems),
        "filled_on": edit.survey["filled_on"] if edit.survey else None,
    }  # fmt: skip
    new_version = await conn.fetchval(
        "select write_employer_file($1, $2, $3)", edit.employer_id, edit.on_day, msgspec.json.encode(written).decode()
    )
    return Applied(new_version, state["grid_path"], disputed, changed, known)


def disputed_fields(names: Sequence[str]) -> FieldsDisputed:
    """The problem of an edit that met another, naming the fields in both languages."""
    zh = "、".join(fields()[n].zh for n in names)
    en = ", ".join(fields()[n].en for n in names)
    return FieldsDisputed(fields=list(names), fields_zh=zh, fields_en=en)


def read_edit(
    changes: Mapping[str, Any], survey: SurveyFilling | None, policies: Mapping[str, Any], on_day: date
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The values as they are stored, and the filling with what the checks say about it.

    Raises:
        InvalidInput: field by field; an error between fields counts when the edit says all of them.
    """
    clean, wrong = clean_values(changes, "changes.")
    filled: dict[str, Any] | None = None
    if survey is not None:
        answers, bad = clean_values(survey.answers, "survey.answers.")
        problems = problems_of(answers, policies, on_day)
        wrong += bad + [said(p) for p in problems if p.severity == "error"]
        filled = {
            "filled_on": survey.filled_on, "filler": survey.filler.strip(), "kept": survey.kept,
            "answers": {key: value for key, value in answers.items() if value is not None}, "problems": [p.as_json() for p in problems],
        }  # fmt: skip
    else:
        wrong += [said(p) for p in problems_of(clean, policies, on_day) if p.severity == "error" and set(p.fields) <= set(clean)]
    if wrong:
        raise InvalidInput(wrong)
    return clean, filled


async def edit_employers(
    conn: Any, actor: Actor, ops: Sequence[Operation[EmployerEditPayload]], received_at: datetime, limits_at: LimitsAt
) -> list[Verdict]:
    """Apply edits from phones; the verdicts stand in the order of the operations.

    One whose employer has not arrived waits; one that cannot be right is quarantined field by field; one that met another is a
    ``conflict``, and both are kept. Somebody under 16 is reported as an incident at once.
    """
    reaches = await reach_employers(conn, ops)
    uncertified = await uncertified_days(conn, actor.person_id, ops)
    verdicts = []
    for op, reach in zip(ops, reaches, strict=True):
        p = op.payload
        if reach is None:
            verdicts.append(waiting_for(p.employer_id))
            continue
        if reach.how == "none":
            verdicts.append(quarantined(EmployerOutOfScope(), reach.grid_path))
            continue
        on_day = china_day(op.happened_at)
        limits = limits_at(op.happened_at)
        try:
            clean, filled = read_edit(p.changes, p.survey, limits, min(on_day, china_day(received_at)))
        except InvalidInput as wrong:
            verdicts.append(quarantined(wrong, reach.grid_path))
            continue
        if filled:
            filled |= {"id": op.entity_id, "captured_at": op.captured_at}
        applied = await apply_edit(
            conn,
            Edit(
                op.entity_id, op.op_id, p.employer_id, clean, "phone", op.happened_at, on_day, op.base_version or 0,
                store=op.chain_id or op.device_id, store_seq=op.device_seq, note=p.note.strip(), survey=filled,
            ),
            actor.person_id, limits,
        )  # fmt: skip
        flags = clock_flags(op, received_at, limits_at)
        flags += ["uncertified"] if on_day in uncertified else []
        verdict = Verdict(flags=flags, grid_path=reach.grid_path)
        if applied.disputed:
            verdict.outcome, verdict.problem = "conflict", disputed_fields(applied.disputed)
        if (applied.changed.get("under_16") or 0) > 0 and not applied.before.get("under_16"):
            verdict.flags.append("child_labour")
            await _report_child_labour(conn, actor, op, applied, received_at, limits_at)
        verdicts.append(verdict)
    return verdicts


async def _report_child_labour(
    conn: Any, actor: Actor, op: Operation[EmployerEditPayload], applied: Applied, received_at: datetime, limits_at: LimitsAt
) -> None:
    """Tell those on duty: what a form says about children cannot wait for somebody to read it."""
    people = applied.changed["under_16"]
    report = IncidentPayload(
        kind="child_labour", severity="critical", people_count=people, employer_id=op.payload.employer_id,
        place=str(applied.before.get("address") or ""), note=f"调查登记表填报不满 16 周岁 {people} 人（系统自动上报）",
    )  # fmt: skip
    operation = Operation(
        op.op_id, op.op_sha256, op.body, "incident.report", 1, uuid5(op.op_id, "child_labour"), op.captured_at, op.device_id, op.binding,
        report,
    )  # fmt: skip
    await report_incidents(conn, actor, [operation], received_at, limits_at)
