"""The one place where errors become HTTP: RFC 9457 problem details, in the caller's language."""

from typing import Any

import msgspec
import structlog
from asyncpg.exceptions import (
    CharacterNotInRepertoireError,
    InsufficientResourcesError,
    IntegrityConstraintViolationError,
    LockNotAvailableError,
    OperatorInterventionError,
    PostgresConnectionError,
    TransactionRollbackError,
    UntranslatableCharacterError,
)
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from wangge.core.errors import (
    FieldProblem,
    InvalidInput,
    Language,
    NotFound,
    ServerBusy,
    TextUnstorable,
    WanggeError,
    problem_json,
)
from wangge.core.validation import field_problem

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"
HTTP_SENTENCES: dict[int, tuple[str, str, str]] = {
    400: ("bad_request", "请求的格式不对，无法读取。", "The request cannot be read."),
    401: ("not_signed_in", "请先登录。", "Please sign in."),
    404: ("not_found", NotFound.zh, NotFound.en),
    405: ("method_not_allowed", "此地址不支持这种操作。", "This address does not take that method."),
    413: ("body_too_large", "一次发送的内容太大，请分批发送。", "Too much at once; send it in parts."),
    415: ("media_type_not_supported", "不支持这种内容类型。", "This content type is not supported."),
    429: ("rate_limited", "操作太频繁，请稍后再试。", "Too many attempts; try again later."),
    500: ("internal", "服务器内部出错，已记录。请稍后重试；您的内容没有丢失。",
          "Something failed on the server and has been recorded. Try again later; nothing of yours is lost."),
}  # fmt: skip
CONSTRAINTS: dict[str, type[WanggeError]] = {}
# What ends by itself: the same request may well succeed a moment later.
PASSING = (
    InsufficientResourcesError, LockNotAvailableError, OperatorInterventionError, PostgresConnectionError,
    TransactionRollbackError, PoolTimeout, ConnectionError,
)  # fmt: skip


def constraint_means(name: str, error: type[WanggeError]) -> None:
    """Declare which error a broken database constraint stands for; domains call it once, beside the error."""
    CONSTRAINTS[name] = error


def language_of(request: Request[Any, Any, Any]) -> Language:
    """The caller's language by ``Accept-Language``: Chinese unless English is asked for first."""
    return "en" if request.headers.get("accept-language", "zh").lower().startswith("en") else "zh"


def _named_in(detail: str | None) -> dict[str, Any]:
    """The fields that a function of ours puts, as a JSON object, into the detail of what it raises."""
    if not detail or not detail.startswith("{"):
        return {}
    fields: dict[str, Any] = msgspec.json.decode(detail)
    return fields


def known_error(exc: BaseException) -> WanggeError | None:
    """The catalogue's error for what the database says, however wrapped, or None where it is a surprise."""
    cause: BaseException | None = exc
    while cause is not None:
        if isinstance(cause, IntegrityConstraintViolationError):
            known = CONSTRAINTS.get(cause.constraint_name or "")
            return known(**_named_in(cause.detail)) if known else None
        if isinstance(cause, CharacterNotInRepertoireError | UntranslatableCharacterError):  # in a text, in a JSON
            return TextUnstorable()
        if isinstance(cause, PASSING) or (isinstance(cause, DBAPIError) and cause.connection_invalidated):
            return ServerBusy(retry_after_s=5)
        cause = cause.__cause__ or getattr(cause, "orig", None)
    return None


def _respond(request: Request[Any, Any, Any], body: dict[str, Any], headers: dict[str, str] | None = None) -> Response[Any]:
    body["request_id"] = request.state.get("request_id")
    return Response(body, status_code=body["status"], media_type=MEDIA_TYPE, headers=headers)


def _plain(request: Request[Any, Any, Any], status: int) -> dict[str, Any]:
    code, zh, en = HTTP_SENTENCES.get(status) or HTTP_SENTENCES[500 if status >= 500 else 400]
    detail = zh if language_of(request) == "zh" else en
    return {"type": code, "title": code.replace("_", " "), "status": status, "detail": detail}


def answer_wangge_error(request: Request[Any, Any, Any], exc: WanggeError) -> Response[Any]:
    """Answer an expected refusal."""
    log.info("refused", code=exc.code, status=exc.status)
    retry = exc.fields.get("retry_after_s")
    return _respond(request, problem_json(exc, language_of(request)), {"Retry-After": str(retry)} if retry else None)


def answer_validation(request: Request[Any, Any, Any], exc: ValidationException) -> Response[Any]:
    """Answer input that does not have the declared shape, field by field."""
    extra = exc.extra if isinstance(exc.extra, list) else []
    problems = [field_problem(str(e.get("message", "")), str(e.get("key", ""))) for e in extra if isinstance(e, dict)] or [
        FieldProblem("", "invalid", "内容无法读取，请检查格式。", "The content cannot be read; check its format.")
    ]
    body = problem_json(InvalidInput(problems), language_of(request))
    return _respond(request, body)


def answer_http(request: Request[Any, Any, Any], exc: HTTPException) -> Response[Any]:
    """Answer what the framework itself refuses (no such route, wrong method, ...)."""
    return _respond(request, _plain(request, exc.status_code), dict(exc.headers or {}))


def answer_surprise(request: Request[Any, Any, Any], exc: Exception) -> Response[Any]:
    """Answer what the database is known to say; anything else is a bug: logged once with its trace, nothing of it shown."""
    known = known_error(exc)
    if known:
        return answer_wangge_error(request, known)
    log.error("surprise", exc_info=exc)
    return _respond(request, _plain(request, 500))


def answer_depth(request: Request[Any, Any, Any], exc: RecursionError) -> Response[Any]:
    """Answer JSON that is nested deeper than anyone means; should our own code ever recurse so, the log shows it."""
    log.warning("nested_too_deep", exc_info=exc)
    return _respond(request, _plain(request, 400))


EXCEPTION_HANDLERS: dict[int | type[Exception], Any] = {
    WanggeError: answer_wangge_error,
    ValidationException: answer_validation,
    HTTPException: answer_http,
    RecursionError: answer_depth,
    Exception: answer_surprise,
}
