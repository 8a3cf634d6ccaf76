"""The ellipsoid on which metres are measured, never degrees."""

from pyproj import Geod

# GRS 80, the ellipsoid of CGCS2000 (GB 22021-2008); it differs from WGS 84's by 0.1 mm at the poles.
EARTH = Geod(ellps="GRS80")
