"""How far somebody walked, by points that are never quite where she was."""

from collections.abc import Sequence

from wangge.patrols.rules import Point, distance_m


def walked_m(points: Sequence[Point], step_m: float) -> float:
    """Metres along the way, counted only where she is at least ``step_m`` from where the count last stood.

    ``points``: ``(n,)`` of ``(lon, lat)`` degrees. Somebody who stands still for an hour has walked nothing, however much her
    phone's position wanders within that radius. The phone counts by the same rule (pwa/src/features/tracks/rules.ts).
    """
    total, stand = 0.0, points[0] if points else None
    for point in points[1:]:
        if stand is not None and (step := distance_m(stand, point)) >= step_m:
            total, stand = total + step, point
    return total
