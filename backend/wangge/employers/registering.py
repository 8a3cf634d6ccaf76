"""Registering employers that are on no file, found in the field; each waits for the county's review."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from wangge.accounts.actor import Actor
from wangge.core.errors import FieldProblem, InvalidInput, WanggeError
from wangge.core.operations import (
    EntityIdTaken,
    LimitsAt,
    Operation,
    Position,
    Verdict,
    clock_flags,
    existing,
    quarantined,
)
from wangge.core.placing import is_within
from wangge.core.problems import constraint_means
from wangge.employers.credit_code import clean_credit_code, credit_code_is_valid, inner_code_is_valid


class EmployerPayload(Struct, frozen=True):
    """An employer as found; ``accuracy_m`` is metres, ``declared_grid_id`` the finder's grid."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    uscc: Annotated[str, Meta(max_length=40)] | None = None
    no_uscc_reason: Literal["no_licence", "not_shown"] | None = None
    address: Annotated[str, Meta(max_length=400)] = ""
    contact_name: Annotated[str, Meta(max_length=80)] = ""
    contact_phone: Annotated[str, Meta(max_length=40)] = ""
    industry_code: Annotated[str, Meta(max_length=8)] | None = None
    employees: Annotated[int, Meta(ge=0, le=2_000_000)] | None = None
    position: Position | None = None
    accuracy_m: Annotated[float, Meta(ge=0, le=1_000_000)] | None = None
    position_source: Literal["gps", "map"] | None = None
    declared_grid_id: UUID | None = None
    note: Annotated[str, Meta(max_length=4000)] = ""


class CreditCodeOnFile(WanggeError):
    """An accepted file already carries this credit code; both are kept and the county decides."""

    code, status = "credit_code_on_file", 409
    zh = "信用代码 {uscc} 已有在册单位。您登记的这份也已保存，由县区核对是否同一家。"
    en = "Credit code {uscc} is on file already. Yours is kept too; the county will compare them."


constraint_means("pk_employers", EntityIdTaken)


def invalid_credit_code(uscc: str) -> InvalidInput:
    """The refusal of a credit code that cannot be right."""
    return InvalidInput(
        [
            FieldProblem(
                "uscc",
                "credit_code_invalid",
                f"统一社会信用代码 {uscc} 不对：应为 18 位，且校验码要相符。请对照营业执照改正。",
                f"Credit code {uscc} cannot be right: 18 characters with a matching check digit. Compare it with the licence.",
            )
        ]
    )


INSERT = """
    insert into employers (id, name, uscc, no_uscc_reason, address, contact_name, contact_phone, industry_code, employees, position,
                           accuracy_m, position_source, grid_id, grid_path, grid_source, review_state, duplicate_of, registered_by,
                           registered_at, captured_at, note, review_reason, version)
    select id, name, uscc, no_uscc_reason, address, contact_name, contact_phone, industry_code, employees,
           ST_SetSRID(ST_MakePoint(lon, lat), 4326), accuracy_m, position_source, grid_id, grid_path::ltree, grid_source,
           'waiting_review', duplicate_of, $19::uuid, $20::timestamptz, captured_at, note, '', 1
    from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::int[],
                $10::float8[], $11::float8[], $12::float8[], $13::text[], $14::uuid[], $15::text[], $16::uuid[],
                $17::timestamptz[], $18::text[], $21::text[])
      as t(id, name, uscc, no_uscc_reason, address, contact_name, contact_phone, industry_code, employees, lon, lat, accuracy_m,
           position_source, grid_id, grid_path, duplicate_of, captured_at, note, grid_source)
"""


async def register_employers(
    conn: Any, actor: Actor, ops: Sequence[Operation[EmployerPayload]], received_at: datetime, limits_at: LimitsAt
) -> list[Verdict]:
    """Register found employers; the verdicts stand in the order of the operations.

    A credit code already on an accepted file makes a ``conflict``: the new file is kept with ``duplicate_of``. A code that
    cannot be right is quarantined, field named. The grid comes from the point, else from the declared grid.
    """
    taken = await existing(conn, "employer", [op.entity_id for op in ops])
    codes = [clean_credit_code(op.payload.uscc) if op.payload.uscc else None for op in ops]
    on_file = dict(await conn.fetch("select uscc, id from employer_with_credit_code($1)", [c for c in codes if c]))
    spots = [op.payload.position if op.payload.position and op.payload.position.is_on_earth() else None for op in ops]
    places = await conn.fetch(
        "select grid_id, grid_path::text, grid_source from grids_for_registering($1, $2, $3) order by ordinal",
        [p.lon if p else None for p in spots],
        [p.lat if p else None for p in spots],
        [op.payload.declared_grid_id for op in ops],
    )
    verdicts: list[Verdict] = []
    rows = []
    for op, code, spot, (grid_id, grid_path, grid_source) in zip(ops, codes, spots, places, strict=True):
        p = op.payload
        place = grid_path if grid_source != "none" else None  # the city took it in for want of a place: no news of hers
        if op.entity_id in taken:
            verdicts.append(quarantined(EntityIdTaken(), place))
            continue
        if code and not credit_code_is_valid(code):
            verdicts.append(quarantined(invalid_credit_code(code), place))
            continue
        if not p.name.strip():
            problem = FieldProblem("name", "missing", "单位名称必须填写。", "The employer's name is missing.")
            verdicts.append(quarantined(InvalidInput([problem]), place))
            continue
        verdict = Verdict(flags=clock_flags(op, received_at, limits_at), grid_path=place)
        if code and not inner_code_is_valid(code):
            verdict.flags.append("inner_code_unusual")
        if not is_within(grid_path, actor.scope):
            verdict.flags.append("outside_own_grid")
        if p.position and not spot:
            verdict.flags.append("no_position")
        if spot and grid_source != "position":
            verdict.flags.append("outside_all_grids")
        duplicate_of = on_file.get(code) if code else None
        if duplicate_of:
            verdict.outcome, verdict.problem = "conflict", CreditCodeOnFile(uscc=code)
            verdict.flags.append("duplicate_credit_code")
        verdicts.append(verdict)
        rows.append(
            (op.entity_id, p.name.strip(), code or None, p.no_uscc_reason, p.address, p.contact_name, p.contact_phone,
             p.industry_code, p.employees, spot and spot.lon, spot and spot.lat, p.accuracy_m, p.position_source,
             grid_id, grid_path, duplicate_of, op.captured_at, p.note, grid_source)
        )  # fmt: skip
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        await conn.execute(INSERT, *columns[:18], actor.person_id, received_at, columns[18])
    return verdicts
