"""Writing what one may see to files of other programs; who took what out is in the audit log."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

import shapely

from wangge.accounts.acting import Acting
from wangge.accounts.actor import Actor
from wangge.core.audit import audit
from wangge.core.clock import china_day, day_ends, utc_now
from wangge.core.errors import FieldProblem, InvalidInput
from wangge.core.repository import Where
from wangge.employers.service import ON_OPEN_STOP
from wangge.exports import repository
from wangge.exports.errors import ExportTooLarge
from wangge.exports.schemas import ExportFormat, ExportQuery
from wangge.grids.service import in_subtree
from wangge.policies.service import policies_in_force
from wangge.spatial_files.writing import Export, Format, OutFeature, TextEncoding, write_spatial_file

RIGHT = "export.read"
FORMATS: dict[ExportFormat, Format] = {
    "geojson": "geojson", "shapefile": "shapefile", "gpkg": "geopackage", "kml": "kml", "csv": "csv",
}  # fmt: skip
# At most three characters each: a Shapefile's field names have ten bytes.
GRID_COLUMNS = {
    "编码": "code", "名称": "name", "级别": "level", "上级码": "parent_code", "上级": "parent_name", "面积": "area_km2",
    "合成": "is_synthetic", "生效日": "valid_from",
}  # fmt: skip
EMPLOYER_COLUMNS = {
    "名称": "name", "代码": "uscc", "地址": "address", "行业": "industry_code", "人数": "employees", "网格码": "grid_code",
    "网格": "grid_name", "状态": "review_state", "精度": "accuracy_m", "来源": "position_source", "走访日": "last_visited", "编号": "id",
}  # fmt: skip
_turn = asyncio.Semaphore(2)


async def export_grids(acting: Acting, query: ExportQuery) -> Export:
    """Grids as a file.

    Raises:
        RightMissing, NotFound, InvalidInput: as they say.
        ExportTooLarge, FormatCannotHold: too many, or no place for them.
    """
    async with acting() as (db, actor):
        actor.require(RIGHT)
        where = Where("g.valid_to is null") if query.on is None else _on_a_day(query.on)
        if query.level is not None:
            if not 1 <= query.level <= 4:
                raise InvalidInput([FieldProblem("level", "unknown_level", "级别只能是 1 到 4。", "The level is 1 to 4.")])
            where.add("g.level = :level", level=query.level)
        await in_subtree(db, actor, where, query.grid_id, "g.path")
        await _check_size(db, await repository.count_grids(db, where, query.on is not None))
        rows = await repository.grids_to_export(db, where, query.on is not None)
        await _audited(db, actor, "grids_exported", query, len(rows))
        name = await _name(db, query.grid_id, "网格")
    return await _written(rows, GRID_COLUMNS, query.format, name, query.encoding)


async def export_employers(acting: Acting, query: ExportQuery) -> Export:
    """Employers' points as a file; contacts stay here.

    Raises:
        RightMissing, NotFound: as they say.
        ExportTooLarge, FormatCannotHold: too many, or no place for them.
    """
    async with acting() as (db, actor):
        actor.require(RIGHT)
        where = await in_subtree(db, actor, Where(), query.grid_id, "e.grid_path", also=ON_OPEN_STOP)
        if query.format == "shapefile":
            where.add("e.position is not null")  # it holds no row without a shape
        await _check_size(db, await repository.count_employers(db, where))
        rows = await repository.employers_to_export(db, where)
        await _audited(db, actor, "employers_exported", query, len(rows))
        name = await _name(db, query.grid_id, "用人单位")
    return await _written(rows, EMPLOYER_COLUMNS, query.format, name, query.encoding)


def _on_a_day(day: date) -> Where:
    """The states that held when that day ended in China."""
    return Where("g.valid_from < :end_of_day", "(g.valid_to is null or g.valid_to >= :end_of_day)", end_of_day=day_ends(day))


async def _check_size(db: Any, count: int) -> None:
    limit = int((await policies_in_force(db))["export_max_features"])
    if count > limit:
        raise ExportTooLarge(count=count, limit=limit)


async def _audited(db: Any, actor: Actor, action: str, query: ExportQuery, count: int) -> None:
    grid_id = str(query.grid_id) if query.grid_id else None
    details = {"format": query.format, "level": query.level, "grid_id": grid_id, "on": str(query.on) if query.on else None, "count": count}
    await audit(db, action, "export", query.grid_id or actor.unit_id, details, actor.scope[0] if actor.scope else None)


async def _name(db: Any, grid_id: UUID | None, what: str) -> str:
    grid = await repository.grid_name(db, grid_id) if grid_id else None
    return f"{grid or ''}{what}_{china_day(utc_now()):%Y%m%d}"


async def _written(rows: list[dict[str, Any]], columns: dict[str, str], format_: ExportFormat, name: str, encoding: TextEncoding) -> Export:
    """The file, made in a thread, two at a time; no transaction is open meanwhile."""

    def make() -> Export:
        features = [
            OutFeature(
                None if row["shape"] is None else _plain(shapely.from_wkb(bytes(row["shape"]))),
                {title: row[column] for title, column in columns.items()},
            )
            for row in rows
        ]
        return write_spatial_file(features, FORMATS[format_], name, encoding=encoding)

    async with _turn:
        return await asyncio.to_thread(make)


def _plain(shape: Any) -> Any:
    """A multipolygon of one part as that part: what most programs expect of an area."""
    return shape.geoms[0] if shape.geom_type == "MultiPolygon" and len(shape.geoms) == 1 else shape
