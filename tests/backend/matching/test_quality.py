"""How good matching is on sets whose truth is known; what is made automatically must be right in 995 of 1,000 cases.

The rules were tuned on the first set; ``WANGGE_TEST_FULL`` tries them on others.
"""

import os
import random
from collections import Counter
from typing import Any

import pytest
from factories import BOXES, WEST, Owner, Territory
from people_of_truth import lines, shops
from registry_rows import all_keys_made, make_list, make_rows

FILES = 2_500
SEEDS = (20261127, *(range(1, 9) if os.environ.get("WANGGE_TEST_FULL") else ()))


@pytest.mark.parametrize("seed", SEEDS)
async def test_automatic_matches_are_right_and_most_rows_are_found(
    seed: int, owner: Owner, territory: Territory, engine: Any, capsys: Any
) -> None:
    chance = random.Random(seed)
    files = shops(FILES, chance, BOXES[WEST])
    ids = [
        r[0]
        for r in await owner.fetch(
            """insert into employers (id, name, uscc, address, contact_name, contact_phone, position, accuracy_m,
                position_source, grid_id, grid_path,
                                  grid_source, review_state, review_reason, note, version)
           select gen_random_uuid(), w.name, w.code, w.address, '', w.phone, ST_SetSRID(ST_MakePoint(w.lon, w.lat),
               4326), 10, 'map', g.grid_id,
                  g.grid_path, 'position', 'accepted', '', '', 1
           from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::float8[], $6::float8[]) with ordinality
                as w(name, code, address, phone, lon, lat, nth)
           cross join lateral grid_at(ST_SetSRID(ST_MakePoint(w.lon, w.lat), 4326)) g order by w.nth returning id""",
            [f.name for f in files],
            [f.code for f in files],
            [f.address for f in files],
            [f.phone for f in files],
            [f.position[0] for f in files],
            [f.position[1] for f in files],
        )
    ]
    said = lines(files, chance)
    await all_keys_made(owner, engine)
    import_id = await make_list(owner, territory["county"].id)
    rows = [
        {"name": line.name, "uscc": line.code, "address": line.address, "contact_phone": line.phone, "position": line.position}
        for line in said
    ]
    row_ids = await make_rows(owner, import_id, rows)

    for start in range(0, len(row_ids), 500):
        await owner.fetch("select * from match_registry_rows($1)", row_ids[start : start + 500])

    linked = {r["id"]: r["employer_id"] for r in await owner.fetch("select id, employer_id from registry_rows")}
    offered: dict[Any, set[Any]] = {}
    for r in await owner.fetch("select subject_id, employer_id from match_candidates"):
        offered.setdefault(r["subject_id"], set()).add(r["employer_id"])
    right, wrong, found, per = 0, [], 0, Counter[str]()
    for row_id, line in zip(row_ids, said, strict=True):
        truth = None if line.of is None else ids[line.of]
        if linked[row_id] is not None:
            right += linked[row_id] == truth
            per[f"{line.how}: automatic"] += 1
            if linked[row_id] != truth:
                wrong.append((line, linked[row_id]))
        elif truth is not None and truth in offered.get(row_id, set()):
            per[f"{line.how}: offered"] += 1
        elif truth is not None:
            per[f"{line.how}: missed"] += 1
        found += truth is not None and (linked[row_id] == truth or truth in offered.get(row_id, set()))
    with_file = sum(line.of is not None for line in said)
    precision, recall, automatic = right / max(1, right + len(wrong)), found / with_file, right / with_file
    with capsys.disabled():
        print(
            f"\nseed {seed}: {len(said)} rows, {with_file} with a file: automatic {right + len(wrong)}, precision {precision:.4f}, "
            f"recall of the automatic ones {automatic:.3f}, recall with those offered {recall:.3f}"
        )
        print(", ".join(f"{what} {n}" for what, n in sorted(per.items())))
    assert precision >= 0.995, wrong[:10]
    assert automatic >= 0.6
    assert recall >= 0.9
