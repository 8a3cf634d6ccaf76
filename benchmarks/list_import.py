"""``list_import``: a registry's list of a million rows, from its file to the register and matched with as many files.

The list is a CSV as a department sends it: 60 rows of 100 with the credit code of a file, 20 with its name and address alone, 20 of
employers without a file. Reading (in a process of its own), writing and matching are what the server does, each in its short
transactions. The floor of reading is the bare COPY of the very same file into a table without keys, policies or triggers.
``scripts/bench import --rows 50000`` measures a smaller list.
"""

import csv
import logging
import random
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from stdnum.cn import uscc

from benchmarks.bench import Bench, connected
from benchmarks.catalogue import CATALOGUE
from benchmarks.city import demo_city
from benchmarks.measuring import Result
from wangge.core.db import make_engine, unit_of_work
from wangge.core.ids import new_id
from wangge.core.settings import load_settings
from wangge.matching.keys import make_due_keys
from wangge.registries import repository
from wangge.registries.running import MOVE_ROWS, work
from wangge.spatial_imports.files import ImportFiles

ROWS = 1_000_000
HEAD = ["企业名称", "统一社会信用代码", "住所", "法定代表人", "联系电话", "行业代码", "从业人数", "成立日期", "登记状态"]
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
BRANDS = "鑫源恒达华盛永昌瑞丰金鼎宏图海润泰和正大佳和盛泰天成百川德润富康万通龙腾凯旋润泽祥云顺达广源昌隆中兴博远科锐星辰"
TRADES = ["机械制造", "食品", "化工", "纺织", "建材", "物流", "餐饮", "商贸", "电子科技", "农业科技", "包装", "印刷", "服装", "家具"]


def _employers(count: int) -> list[tuple[str, str, str, str]]:
    chance = random.Random(1)  # noqa: S311  (made data)
    made = []
    for n in range(count):
        body = "91370705" + "".join(chance.choice(ALPHABET) for _ in range(9))
        name = "潍坊" + "".join(chance.choice(BRANDS) for _ in range(3)) + chance.choice(TRADES) + "有限公司"
        made.append((name, body + uscc.calc_check_digit(body), f"潍坊市奎文区测试路{n % 9973}号{n % 31}室", f"139{n:08d}"))
    return made


async def _with_files(owner: Any, employers: list[tuple[str, str, str, str]]) -> None:
    """Files for four fifths of them, somewhere in the city."""
    await owner.execute("create temporary table bench_files (nth int, name text, uscc text, address text, phone text)")
    rows = [(n, *one) for n, one in enumerate(employers) if n % 5]
    await owner.copy_records_to_table("bench_files", records=rows)
    await owner.execute(
        """with places as (select array_agg(id order by code) as ids from grids where level = 4 and valid_to is null)
           insert into employers (id, name, uscc, address, contact_name, contact_phone, grid_id, grid_path,
               grid_source, review_state, review_reason,
                                  note, version)
           select gen_random_uuid(), f.name, f.uscc, f.address, '', f.phone, g.id, g.path, 'declared', 'accepted', '', '', 1
           from bench_files f cross join places p join grids g on g.id = p.ids[1 + f.nth % array_length(p.ids, 1)]"""
    )
    await owner.execute("analyze employers")


def _list(path: Path, employers: list[tuple[str, str, str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file)
        write.writerow(HEAD)
        for n, (name, code, address, phone) in enumerate(employers):
            said = "" if n % 5 == 1 else code
            write.writerow([name, said, address, "王某", phone, "3411", n % 90, "2020-03-01", "存续"])


async def _begun(owner: Any, files: ImportFiles, path: Path) -> tuple[UUID, UUID]:
    async def body() -> Any:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                yield block

    sha256, size = await files.take(body(), 1 << 40)
    import_id, attempt = new_id(), new_id()
    await owner.execute(
        """insert into registry_imports (id, source, grid_id, grid_path, file_name, sha256, size_bytes, state, stage,
            rows_done, attempt, answers,
                                         version, made_by)
           select $1, 'market_regulation', g.id, g.path, 'bench.csv', $2, $3, 'reading', 'queued', 0, $4, '{}', 1,
                  (select a.person_id from accounts a where a.login = 'city')
           from grids g where g.level = 1 and g.valid_to is null""",
        import_id,
        sha256,
        size,
        attempt,
    )
    return import_id, attempt


async def _copied(owner: Any, path: Path) -> float:
    await owner.execute("create table bench_bare (a text, b text, c text, d text, e text, f text, g text, h text, i text)")
    began = time.perf_counter()
    await owner.copy_to_table("bench_bare", source=path, format="csv", header=True)
    took = time.perf_counter() - began
    await owner.execute("drop table bench_bare")
    return took


async def run(bench: Bench) -> None:
    """On a copy of the demo city, with files for four fifths of the list's rows."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    count = bench.rows or ROWS
    original, _ = await demo_city(bench)
    folder = bench.folder / "list_import"
    folder.mkdir(exist_ok=True)
    files = ImportFiles(load_settings({"WANGGE_DATA_DIR": str(folder)}))
    async with bench.copied_database(original, "bench_list_import") as urls, connected(urls.owner) as owner:
        engine = make_engine(urls.app, pool_size=4)
        employers = _employers(count)
        await _with_files(owner, employers)
        path = folder / "list.csv"
        _list(path, employers)
        floor = await _copied(owner, path)
        began = time.perf_counter()
        await make_due_keys(engine)
        keys = time.perf_counter() - began
        await owner.execute("analyze employer_keys")
        import_id, attempt = await _begun(owner, files, path)
        began = time.perf_counter()
        await work(engine, files, attempt)
        read = time.perf_counter() - began
        state = await owner.fetchrow("select state, report -> 'counts' as counts, problem from registry_imports where id = $1", import_id)
        if state["state"] != "ready":
            raise RuntimeError(f"reading ended as {state}")
        stages = {}
        for stage in ("moving", "matching"):
            attempt = new_id()
            await owner.execute(
                """update registry_imports set state = 'applying', stage = $3, attempt = $2, applied_by = made_by,
                    result = coalesce(result, '{}')
                   where id = $1""",
                import_id,
                attempt,
                stage,
            )
            if stage == "matching":
                await owner.execute("analyze registry_rows")
            began = time.perf_counter()
            await (_move_only(engine, attempt, import_id) if stage == "moving" else work(engine, files, attempt))
            stages[stage] = time.perf_counter() - began
        linked = await owner.fetchval("select count(*) from registry_rows where employer_id is not null")
        waiting = await owner.fetchval("select count(distinct subject_id) from match_candidates")
        bench.say(
            f"{count} rows: bare COPY {floor:.1f} s, keys of the files {keys:.1f} s, read and checked {read:.1f} s, written "
            f"{stages['moving']:.1f} s, matched {stages['matching']:.1f} s; {linked} linked, {waiting} wait for somebody"
        )
        if linked < count * 0.7:
            raise RuntimeError(f"only {linked} of {count} rows were linked")
        bench.report(Result("list_import.keys", keys, "s", keys, 1.0, 1, 0.0))
        bench.report(Result("list_import.read", read, "s", floor, floor / read, 1, 0.0))
        bench.report(Result("list_import.written", stages["moving"], "s", floor, floor / stages["moving"], 1, 0.0))
        bench.report(Result("list_import.matched", stages["matching"], "s", floor, floor / stages["matching"], 1, 0.0))
        total = read + stages["moving"] + stages["matching"]
        per_million = total * 1_000_000 / count
        bench.report(Result("list_import", per_million, "s per million rows", floor, floor / total, 1, 0.0, CATALOGUE["list_import"].bar))
        await engine.dispose()


async def _move_only(engine: Any, attempt: UUID, import_id: UUID) -> None:
    """The stage of writing alone, as ``running`` does it."""
    while True:
        async with unit_of_work(engine) as db:
            await repository.enter_attempt(db, attempt)
            if not (await repository.move(db, import_id, MOVE_ROWS)).get("moved"):
                return
