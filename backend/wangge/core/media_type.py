"""A body is read only as what it says it is."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler

JSON = "application/json"


async def json_says_so(request: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Guard of every route: one that reads JSON is told so. The framework would read anything as JSON, also a form that a
    foreign page has posted.

    Raises:
        HTTPException: 415, the body is declared as something else.
    """
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if "data" in handler.parsed_fn_signature.parameters and declared != JSON:
        raise HTTPException(status_code=415)
