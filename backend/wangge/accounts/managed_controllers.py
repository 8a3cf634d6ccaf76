"""HTTP of the accounts, sessions and devices that an administrator looks after."""

from typing import Any
from uuid import UUID

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts import device_managing, managing
from wangge.accounts.actor import Actor
from wangge.accounts.managed_schemas import (
    AccountCreate,
    AccountCreated,
    AccountDisable,
    AccountItem,
    Candidate,
    DeviceItem,
    DeviceOrder,
    OneTimeCodeRead,
    ResetRequest,
)
from wangge.accounts.origin import origin_url
from wangge.accounts.schemas import Revoked, SessionRead
from wangge.core.paging import Page, PageNumber, PageSize

Db = NamedDependency[AsyncSession]
Who = NamedDependency[Actor]


class AccountController(Controller):
    """Accounts of one's subtree."""

    path = "/accounts"
    tags = ("accounts",)

    @get("/")
    async def list(
        self,
        db: Db,
        actor: Who,
        q: FromQuery[str] = "",
        role: FromQuery[str | None] = None,
        status: FromQuery[str | None] = None,
        sort: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[AccountItem]:
        """Accounts by login or name, role and state (active, disabled, temporary, two_step)."""
        return await managing.list_accounts(db, actor, q, role, status, sort, page, page_size)

    @post("/", status_code=201)
    async def create(self, db: Db, actor: Who, data: JSONBody[AccountCreate]) -> AccountCreated:
        """Open an account; the temporary password is shown this once."""
        return await managing.create_account(db, actor, data)

    @get("/candidates")
    async def candidates(
        self, db: Db, actor: Who, q: FromQuery[str] = "", page: FromQuery[PageNumber] = 1, page_size: FromQuery[PageSize] = 20
    ) -> Page[Candidate]:
        """People without an account."""
        return await managing.list_candidates(db, actor, q, page, page_size)

    @get("/{account_id:uuid}")
    async def detail(self, db: Db, actor: Who, account_id: FromPath[UUID]) -> AccountItem:
        """One account."""
        return await managing.account_detail(db, actor, account_id)

    @post("/{account_id:uuid}/disable", status_code=200)
    async def disable(self, db: Db, actor: Who, account_id: FromPath[UUID], data: JSONBody[AccountDisable]) -> AccountItem:
        """Close an account; its sessions end at once."""
        return await managing.disable_account(db, actor, account_id, data.reason)

    @post("/{account_id:uuid}/enable", status_code=200)
    async def enable(self, db: Db, actor: Who, account_id: FromPath[UUID]) -> AccountItem:
        """Open a closed account again."""
        return await managing.enable_account(db, actor, account_id)

    @post("/{account_id:uuid}/reset", status_code=200)
    async def reset(self, db: Db, actor: Who, account_id: FromPath[UUID], data: JSONBody[ResetRequest]) -> OneTimeCodeRead:
        """A one-time code for choosing a new password, shown this once."""
        return await managing.issue_reset(db, actor, account_id, data)

    @post("/{account_id:uuid}/enrolment", status_code=200)
    async def enrolment(self, request: Request[Any, Any, Any], db: Db, actor: Who, account_id: FromPath[UUID]) -> OneTimeCodeRead:
        """A QR code that binds a phone to the account, shown this once."""
        return await device_managing.issue_enrolment(db, actor, account_id, origin_url(request))

    @post("/{account_id:uuid}/revoke-sessions", status_code=200)
    async def revoke_sessions(self, db: Db, actor: Who, account_id: FromPath[UUID]) -> Revoked:
        """End all sessions of the account."""
        return await managing.end_account_sessions(db, actor, account_id)


class SessionController(Controller):
    """Open sessions of one's subtree."""

    path = "/sessions"
    tags = ("accounts",)

    @get("/")
    async def list(
        self,
        db: Db,
        actor: Who,
        q: FromQuery[str] = "",
        kind: FromQuery[str | None] = None,
        account_id: FromQuery[UUID | None] = None,
        sort: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[SessionRead]:
        """Open sessions by login or name and kind (desk, phone)."""
        return await managing.list_sessions(db, actor, q, kind, account_id, sort, page, page_size)

    @post("/{session_id:uuid}/revoke", status_code=200)
    async def revoke(self, db: Db, actor: Who, session_id: FromPath[UUID]) -> Revoked:
        """End a session."""
        return await managing.revoke_session(db, actor, session_id)


class DeviceController(Controller):
    """Phones of one's subtree."""

    path = "/devices"
    tags = ("accounts",)

    @get("/")
    async def list(
        self,
        db: Db,
        actor: Who,
        q: FromQuery[str] = "",
        status: FromQuery[str | None] = None,
        account_id: FromQuery[UUID | None] = None,
        sort: FromQuery[str | None] = None,
        page: FromQuery[PageNumber] = 1,
        page_size: FromQuery[PageSize] = 50,
    ) -> Page[DeviceItem]:
        """Phones with last contact and what they last said is unsent."""
        return await device_managing.list_devices(db, actor, q, status, account_id, sort, page, page_size)

    @post("/{device_id:uuid}/accounts/{account_id:uuid}/revoke", status_code=200)
    async def revoke(
        self, db: Db, actor: Who, device_id: FromPath[UUID], account_id: FromPath[UUID], data: JSONBody[DeviceOrder]
    ) -> DeviceItem:
        """Stop a phone; what it holds stays on it."""
        return await device_managing.revoke_device(db, actor, device_id, account_id, data.reason)

    @post("/{device_id:uuid}/accounts/{account_id:uuid}/wipe", status_code=200)
    async def wipe(
        self, db: Db, actor: Who, device_id: FromPath[UUID], account_id: FromPath[UUID], data: JSONBody[DeviceOrder]
    ) -> DeviceItem:
        """Order a phone erased at its next contact."""
        return await device_managing.wipe_device(db, actor, device_id, account_id, data.reason)
