"""GCJ-02 and BD-09 (degrees) to and from WGS 84.

GCJ-02 is the offset that Chinese map services must apply (高德, 腾讯); BD-09 is Baidu's further offset. Neither is
published; the formulae are those that all open implementations share (googollee/eviltransform, BSD-2-Clause;
wandergis/coordtransform, MIT). The Python packages of these have not been released for years and convert one point at a
time, so the few lines are kept here, for arrays, with an inverse that iterates to less than a millimetre.
"""

import numpy as np

from wangge.spatial_files.measure import Coordinates

# Krasovsky 1940: semi-major axis in metres and squared eccentricity, as the formula has them.
_A_M = 6378245.0
_EE = 0.00669342162296594323
_BD_PI = np.pi * 3000.0 / 180.0
_OFFSET_BOX = (72.004, 0.8293, 137.8347, 55.8271)  # where the map services apply the offset: lon, lat, lon, lat
_ROUNDS = 30
_CLOSE_DEG = 1e-10


def _offset_deg(lonlat: Coordinates) -> Coordinates:
    """What GCJ-02 adds at a WGS 84 position; ``(n, 2)`` in degrees."""
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    common = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    radians = lat / 180.0 * np.pi
    magic = 1.0 - _EE * np.sin(radians) ** 2
    root_magic = np.sqrt(magic)
    east_deg = east * 180.0 / (_A_M / root_magic * np.cos(radians) * np.pi)
    north_deg = north * 180.0 / ((_A_M * (1.0 - _EE)) / (magic * root_magic) * np.pi)
    inside = (lon >= _OFFSET_BOX[0]) & (lon <= _OFFSET_BOX[2]) & (lat >= _OFFSET_BOX[1]) & (lat <= _OFFSET_BOX[3])
    return np.where(inside[:, None], np.column_stack([east_deg, north_deg]), 0.0)


def wgs84_to_gcj02(lonlat: Coordinates) -> Coordinates:
    """``(n, 2)`` lon, lat in degrees; outside China unchanged, NaN stays NaN."""
    with np.errstate(all="ignore"):
        shifted: Coordinates = lonlat + _offset_deg(lonlat)
    return shifted


def gcj02_to_wgs84(lonlat: Coordinates) -> Coordinates:
    """The inverse, by fixed point: the offset changes by less than 1 % over its own length."""
    with np.errstate(all="ignore"):
        found: Coordinates = lonlat - _offset_deg(lonlat)
        for _ in range(_ROUNDS):
            step = wgs84_to_gcj02(found) - lonlat
            found = found - step
            if not (np.abs(step) > _CLOSE_DEG).any():
                break
    return found


def gcj02_to_bd09(lonlat: Coordinates) -> Coordinates:
    """``(n, 2)`` lon, lat in degrees."""
    with np.errstate(all="ignore"):
        lon, lat = lonlat[:, 0], lonlat[:, 1]
        radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_PI)
        angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_PI)
        out: Coordinates = np.column_stack([radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006])
    return out


def bd09_to_gcj02(lonlat: Coordinates) -> Coordinates:
    """The inverse, by fixed point."""
    with np.errstate(all="ignore"):
        found: Coordinates = lonlat - np.array([0.0065, 0.006])
        for _ in range(_ROUNDS):
            step = gcj02_to_bd09(found) - lonlat
            found = found - step
            if not (np.abs(step) > _CLOSE_DEG).any():
                break
    return found


def wgs84_to_bd09(lonlat: Coordinates) -> Coordinates:
    """``(n, 2)`` lon, lat in degrees."""
    return gcj02_to_bd09(wgs84_to_gcj02(lonlat))


def bd09_to_wgs84(lonlat: Coordinates) -> Coordinates:
    """``(n, 2)`` lon, lat in degrees."""
    return gcj02_to_wgs84(bd09_to_gcj02(lonlat))
