"""Coordinates of the Estonian national grid L-EST97 (EPSG:3301) as longitude and latitude.

Plans are drawn in metres of this grid; maps on the web want degrees. The grid is a Lambert conical projection with
two parallels (EPSG Guidance Note 7-2, method 9802) on the GRS 80 ellipsoid. Its datum and WGS 84 differ by less than
a metre, which no place pointed at on a plan needs.
"""

import math

EASTINGS, NORTHINGS = (200_000.0, 900_000.0), (6_300_000.0, 6_700_000.0)
"""Where Estonia and its sea lie in the grid. The two ranges are apart, so that either order can be told."""

_AXIS, _FLATTENING = 6_378_137.0, 1 / 298.257222101
_ECCENTRICITY = math.sqrt(2 * _FLATTENING - _FLATTENING**2)
_FALSE_EASTING, _FALSE_NORTHING, _CENTRAL = 500_000.0, 6_375_000.0, math.radians(24)
_ORIGIN = math.radians(57 + 31 / 60 + 3.19415 / 3600)
_SOUTH, _NORTH = math.radians(58), math.radians(59 + 20 / 60)


def is_grid(first: float, second: float) -> bool:
    """Whether two numbers are a place of the grid, in either order: no degrees are as large."""
    return _within(first, second) or _within(second, first)


def to_degrees(first: float, second: float) -> tuple[float, float]:
    """In: easting and northing in metres, in either order. Out: longitude and latitude."""
    east, north = (first, second) if _within(first, second) else (second, first)
    x, y = east - _FALSE_EASTING, _RADIUS - (north - _FALSE_NORTHING)
    conformal = (math.copysign(math.hypot(x, y), _CONE) / (_AXIS * _SCALE)) ** (1 / _CONE)
    longitude = math.atan2(x, y) / _CONE + _CENTRAL
    latitude = math.pi / 2 - 2 * math.atan(conformal)
    for _step in range(8):
        bent = _ECCENTRICITY * math.sin(latitude)
        latitude = math.pi / 2 - 2 * math.atan(conformal * ((1 - bent) / (1 + bent)) ** (_ECCENTRICITY / 2))
    return math.degrees(longitude), math.degrees(latitude)


def _within(east: float, north: float) -> bool:
    return EASTINGS[0] <= east <= EASTINGS[1] and NORTHINGS[0] <= north <= NORTHINGS[1]


def _width(latitude: float) -> float:
    return math.cos(latitude) / math.sqrt(1 - (_ECCENTRICITY * math.sin(latitude)) ** 2)


def _height(latitude: float) -> float:
    bent = _ECCENTRICITY * math.sin(latitude)
    squeezed: float = ((1 - bent) / (1 + bent)) ** (_ECCENTRICITY / 2)
    return math.tan(math.pi / 4 - latitude / 2) / squeezed


_CONE = (math.log(_width(_SOUTH)) - math.log(_width(_NORTH))) / (
    math.log(_height(_SOUTH)) - math.log(_height(_NORTH))
)
_SCALE = _width(_SOUTH) / (_CONE * _height(_SOUTH) ** _CONE)
_RADIUS = _AXIS * _SCALE * _height(_ORIGIN) ** _CONE
