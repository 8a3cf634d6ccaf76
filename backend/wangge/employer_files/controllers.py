"""HTTP of the employer's file in full."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, Parameter
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.core.paging import Page, PageNumber, PageSize
from wangge.employer_files import conflicts, merging, service
from wangge.employer_files.schemas import (
    ConflictChoice,
    ConflictRead,
    EmployerFile,
    FieldChange,
    FileEdit,
    FileMerge,
    FileRestore,
    FileVersion,
    MergeUndo,
    MergeUndoResult,
    SurveyRead,
    TimelineEvent,
)

VersionNumber = Annotated[int, Parameter(ge=0, le=2**31 - 1)]


class EmployerFileController(Controller):
    """The survey form, its history, and what happened to an employer."""

    path = "/employers"
    tags = ("employer files",)

    @get("/{employer_id:uuid}/file")
    async def read(self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], employer_id: FromPath[UUID]) -> EmployerFile:
        """Every field with its source and time, what the checks say, and what a complete file still lacks."""
        return await service.read_file(db, actor, employer_id)

    @post("/{employer_id:uuid}/file", status_code=200)
    async def edit(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        employer_id: FromPath[UUID],
        data: JSONBody[FileEdit],
    ) -> EmployerFile:
        """Change fields, or fill in the whole form."""
        return await service.edit_file(db, actor, employer_id, data)

    @get("/{employer_id:uuid}/surveys")
    async def surveys(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        employer_id: FromPath[UUID],
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 20,
    ) -> Page[SurveyRead]:
        """Every filling of the form, the newest first."""
        return await service.list_surveys(db, actor, employer_id, page, page_size)

    @get("/{employer_id:uuid}/versions")
    async def versions(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        employer_id: FromPath[UUID],
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 20,
    ) -> Page[FileVersion]:
        """Every version, the newest first: who changed what, and where it came from."""
        return await service.list_versions(db, actor, employer_id, page, page_size)

    @get("/{employer_id:uuid}/versions/compare")
    async def compare(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        employer_id: FromPath[UUID],
        first: FromQuery[VersionNumber],
        last: FromQuery[VersionNumber],
    ) -> list[FieldChange]:
        """How the file differs between two versions."""
        return await service.compare_versions(db, actor, employer_id, first, last)

    @post("/{employer_id:uuid}/restore", status_code=200)
    async def restore(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        employer_id: FromPath[UUID],
        data: JSONBody[FileRestore],
    ) -> EmployerFile:
        """Put fields back to how they stood at a version."""
        return await service.restore_file(db, actor, employer_id, data)

    @get("/{employer_id:uuid}/timeline")
    async def timeline(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        employer_id: FromPath[UUID],
        kind: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[TimelineEvent]:
        """Everything that ever happened to the employer, the newest first."""
        return await service.read_timeline(db, actor, employer_id, kind, page, page_size)

    @post("/{employer_id:uuid}/merge", status_code=200)
    async def merge(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        employer_id: FromPath[UUID],
        data: JSONBody[FileMerge],
    ) -> EmployerFile:
        """Make another file part of this one."""
        return await merging.merge_files(db, actor, employer_id, data)


class EmployerMergeController(Controller):
    """Merges of files."""

    path = "/employer-merges"
    tags = ("employer files",)

    @post("/{merge_id:uuid}/undo", status_code=200)
    async def undo(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        merge_id: FromPath[UUID],
        data: JSONBody[MergeUndo],
    ) -> MergeUndoResult:
        """Take a merge back."""
        return await merging.undo_merge(db, actor, merge_id, data)


class EmployerConflictController(Controller):
    """Fields with two values (字段冲突)."""

    path = "/employer-conflicts"
    tags = ("employer files",)

    @get("/")
    async def list(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        q: FromQuery[str] = "",
        grid_id: FromQuery[UUID | None] = None,
        employer_id: FromQuery[UUID | None] = None,
        status: FromQuery[str | None] = None,
        sort: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[ConflictRead]:
        """Conflicts by employer, subtree and state; those that wait unless ``status`` says otherwise."""
        return await conflicts.list_conflicts(db, actor, q, grid_id, employer_id, status, sort, page, page_size)

    @post("/{conflict_id:uuid}/resolve", status_code=200)
    async def resolve(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        conflict_id: FromPath[UUID],
        data: JSONBody[ConflictChoice],
    ) -> ConflictRead:
        """Choose the value that is right, and say why."""
        return await conflicts.resolve_conflict(db, actor, conflict_id, data)
