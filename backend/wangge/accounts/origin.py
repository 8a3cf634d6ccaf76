"""From where a request comes: address, program and system, as the session list and the audit log name them."""

import re
from dataclasses import dataclass
from typing import Any, Literal

from litestar import Request

from wangge.core.settings import Settings

# The first that is found: browsers claim to be each other.
PROGRAMS = (("MicroMessenger", "WeChat"), ("Edg", "Edge"), ("OPR", "Opera"), ("HuaweiBrowser", "Huawei"), ("MiuiBrowser", "MIUI"),
            ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Version", "Safari"))  # fmt: skip
SYSTEMS = (("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
           ("Mac OS X", "macOS"), ("Linux", "Linux"))  # fmt: skip
SessionKind = Literal["desk", "phone"]
UNSENT = re.compile(r"(\d{1,7}),(\d{1,7})")


@dataclass(frozen=True)
class Origin:
    """Where a request comes from; ``unsent`` is what a phone says it still holds: operations and photos."""

    address: str = ""
    agent: str = ""
    client: str = ""
    background: bool = False
    unsent: tuple[int, int] | None = None

    @property
    def app_version(self) -> str:
        """The version of our own page, such as ``0.1.0``."""
        return self.client.partition("/")[2]

    def session_kind(self, has_device: bool) -> SessionKind:
        """Whether this is a desk or a phone: our pages say so, a program is a phone when it names its device."""
        name = self.client.partition("/")[0]
        return "phone" if name == "field" or (name != "console" and has_device) else "desk"


def agent_family(user_agent: str) -> str:
    """Program, its major version and the system, such as ``Chrome 131 · Windows``; short, because details identify people."""
    program = ""
    for mark, name in PROGRAMS:
        if found := re.search(rf"{mark}/(\d+)", user_agent):
            program = f"{name} {found[1]}"
            break
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return " · ".join(part for part in (program, system) if part) or user_agent.partition(" ")[0][:40]


def client_address(request: Request[Any, Any, Any], settings: Settings) -> str:
    """The caller's address; a forwarded one is believed only from a trusted proxy."""
    peer = request.client.host if request.client else ""
    forwarded = request.headers.get("x-forwarded-for", "").split(",")[-1].strip()
    return forwarded[:64] if forwarded and peer in settings.trusted_proxies else peer


def origin_of(request: Request[Any, Any, Any]) -> Origin:
    """The request's origin."""
    headers = request.headers
    unsent = UNSENT.fullmatch(headers.get("x-wangge-unsent", ""))
    return Origin(
        address=client_address(request, request.app.state.settings),
        agent=_storable(agent_family(headers.get("user-agent", ""))),
        client=_storable(headers.get("x-wangge-client", "")[:60]),
        background=headers.get("x-wangge-background") == "1",
        unsent=(int(unsent[1]), int(unsent[2])) if unsent else None,
    )


def origin_url(request: Request[Any, Any, Any]) -> str:
    """Where the caller's own page reaches this deployment: what its browser says, which no foreign page can set."""
    said = request.headers.get("origin", "")
    return said if re.fullmatch(r"https?://[A-Za-z0-9.\-:\[\]]{1,260}", said) else str(request.base_url).rstrip("/")


def _storable(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode()
