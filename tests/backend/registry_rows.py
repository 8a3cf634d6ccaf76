"""Rows of the register, made as an import makes them."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from factories import WEST, Owner

from wangge.core.ids import new_id
from wangge.matching.keys import make_due_keys
from wangge.matching.normalising import Normaliser


async def make_list(owner: Owner, person_id: UUID, path: str = WEST, source: str = "market_regulation") -> UUID:
    """An import that is being written."""
    import_id = new_id()
    await owner.execute(
        """insert into registry_imports (id, source, grid_id, grid_path, file_name, sha256, size_bytes, state, stage,
            rows_done, attempt, answers,
                                         version, made_by, applied_by)
           select $1, $2, id, path, 'a.csv', repeat('0', 64), 1, 'applying', 'matching', 0, $5, '{}', 1, $3, $3
           from grids where path = $4::text::ltree""",
        import_id,
        source,
        person_id,
        path,
        new_id(),
    )
    return import_id


async def make_rows(owner: Owner, import_id: UUID, rows: Sequence[dict[str, Any]], normaliser: Normaliser | None = None) -> list[UUID]:
    """Rows of a list; each says what matters of it: name, uscc, address, contact_phone, position, path."""
    normaliser = normaliser or Normaliser(["潍坊市"], [])
    ids = []
    values = []
    for n, row in enumerate(rows):
        keys = normaliser.keys(row["name"], row.get("address", ""), row.get("contact_phone", ""))
        ids.append(new_id())
        lon, lat = row.get("position") or (None, None)
        values.append(
            (
                ids[-1],
                import_id,
                n + 2,
                row.get("uscc") or f"n:{n}-{ids[-1]}",
                row.get("uscc"),
                row["name"],
                row.get("address", ""),
                row.get("contact_phone", ""),
                row.get("employees"),
                lon,
                lat,
                row.get("path", WEST),
                keys.name_key,
                keys.core,
                keys.pinyin,
                keys.place,
                keys.address_key,
                list(keys.blocks),
            )
        )
    await owner.executemany(
        """insert into registry_rows (id, import_id, source, list_grid_id, number, row_key, digest, uscc, name,
            address, contact_name, contact_phone,
               employees, status, division, position, grid_id, grid_path, grid_source, state, version, name_key,
                   core, pinyin, place, address_key, blocks)
           select $1, $2, i.source, i.grid_id, $3, $4, '', $5, $6, $7, '', $8, $9, '', '',
                  ST_SetSRID(ST_MakePoint($10::float8, $11::float8), 4326), g.id, g.path, 'list', 'open', 1, $13, $14, $15, $16, $17, $18
           from registry_imports i, grids g where i.id = $2 and g.path = $12::text::ltree""",
        values,
    )
    return ids


async def all_keys_made(owner: Owner, engine: Any) -> None:
    """Every file can be compared; the application's own background may be at it too."""
    for _ in range(200):
        await make_due_keys(engine)
        if not await owner.fetchval("select count(*) from employer_keys_due"):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("keys are not made")
