"""HTTP of signals."""

from uuid import UUID

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlmodel.ext.asyncio.session import AsyncSession

from wangge.accounts.actor import Actor
from wangge.signals import service
from wangge.signals.schemas import SignalEnd, SignalRead, SignalRecord, SignalWithdraw


class SignalController(Controller):
    """Signals about an employer (线索)."""

    path = "/employers/{employer_id:uuid}/signals"
    tags = ("standing",)

    @post("/", status_code=200)
    async def record(
        self, db: NamedDependency[AsyncSession], actor: NamedDependency[Actor], employer_id: FromPath[UUID], data: JSONBody[SignalRecord]
    ) -> SignalRead:
        """Record a signal."""
        return await service.record_signal(db, actor, employer_id, data)

    @post("/{signal_id:uuid}/end", status_code=200)
    async def end(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        employer_id: FromPath[UUID],
        signal_id: FromPath[UUID],
        data: JSONBody[SignalEnd],
    ) -> SignalRead:
        """Say when it ended."""
        return await service.end_signal(db, actor, employer_id, signal_id, data)

    @post("/{signal_id:uuid}/withdraw", status_code=200)
    async def withdraw(
        self,
        db: NamedDependency[AsyncSession],
        actor: NamedDependency[Actor],
        employer_id: FromPath[UUID],
        signal_id: FromPath[UUID],
        data: JSONBody[SignalWithdraw],
    ) -> SignalRead:
        """Take it back."""
        return await service.withdraw_signal(db, actor, employer_id, signal_id, data)
