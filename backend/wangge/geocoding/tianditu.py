"""天地图's geocoder: an address to a point, EPSG:4490, which no phone can tell from WGS 84.

Protocol: ``GET /geocoder?ds={"keyWord":"…"}&tk=KEY`` answers ``{"status":"0","location":{"lon":…,"lat":…,"score":…}}``; ``status`` 101 is
"nothing found" (http://lbs.tianditu.gov.cn/server/geocodinginterface.html).
"""

from dataclasses import dataclass
from typing import Any

import httpx
import msgspec


class GeocoderDown(Exception):
    """It cannot be reached, refuses the key, or says something else than its protocol; to be asked again later."""


@dataclass(frozen=True)
class Geocoded:
    """A point in degrees, and how sure the geocoder is (0 to 100)."""

    lon: float
    lat: float
    score: float


class Tianditu:
    """Asks one server with the deployment's key."""

    def __init__(self, url: str, key: str, timeout_s: float = 10) -> None:
        self._client = httpx.AsyncClient(timeout=timeout_s, headers={"User-Agent": "wangge"})
        self._url, self._key = url, key

    async def locate(self, address: str) -> Geocoded | None:
        """Where an address is, or None where nothing was found.

        Raises:
            GeocoderDown: no answer, or none that can be used.
        """
        wanted = msgspec.json.encode({"keyWord": address}).decode()
        try:
            answer = await self._client.get(self._url, params={"ds": wanted, "tk": self._key})
            answer.raise_for_status()
            said: dict[str, Any] = answer.json()
            if str(said.get("status")) == "101":
                return None
            if str(said.get("status")) != "0":
                raise GeocoderDown(str(said.get("msg"))[:200])
            place = said["location"]
            return Geocoded(float(place["lon"]), float(place["lat"]), float(place.get("score") or 0))
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as exc:
            raise GeocoderDown(type(exc).__name__) from exc

    async def close(self) -> None:
        """Give its connections back."""
        await self._client.aclose()
