"""Logs as events with fields; one line a request. Ids only: no names, positions, tokens or bytes."""

import logging
import sys
import time
from typing import Any

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from wangge.core.ids import new_id

log = structlog.get_logger()


def configure_logging(log_format: str) -> None:
    """Send the house's events and the libraries' warnings to standard error, as JSON lines or as text."""
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False) if log_format == "json" else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING)


def request_log(app: ASGIApp) -> ASGIApp:
    """Middleware: gives each request an id, echoes it as ``X-Request-Id``, and writes one line when it is answered.

    ``Server-Timing`` says how long the answer took to make, in ms: what a browser's tools and the benchmarks show as the server's own time.
    """

    async def middleware(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        request_id = str(new_id())
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        status = 0

        async def send_noting_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                took = f"app;dur={(time.perf_counter() - started) * 1000:.2f}"
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode()), (b"server-timing", took.encode())]
            await send(message)

        try:
            await app(scope, receive, send_noting_status)
        finally:
            log.info("request", method=scope["method"], path=scope["path"], status=status,
                     duration_s=round(time.perf_counter() - started, 4))  # fmt: skip

    return middleware
