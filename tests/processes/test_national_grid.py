"""A place in the national grid is the place it is on Earth, whichever number is written first."""

import orjson
import pytest

from processes import anchor, national_grid

# Counted with PROJ (EPSG:4326 to EPSG:3301): corners of the country and two towns.
PLACES = [
    ((24.7453, 59.4372), (542292.154, 6589053.293)),
    ((26.7209, 58.3800), (659134.161, 6474286.320)),
    ((22.4853, 58.2533), (411076.076, 6457950.833)),
    ((27.0, 57.6), (679331.345, 6388194.013)),
    ((28.1, 59.4), (732768.174, 6591790.114)),
    ((21.8, 57.6), (368470.078, 6386340.241)),
]


@pytest.mark.parametrize(("degrees", "metres"), PLACES)
def test_metres_become_the_degrees_of_the_same_place(degrees, metres):
    east, north = metres
    for pair in (metres, (north, east)):
        assert national_grid.is_grid(*pair)
        assert national_grid.to_degrees(*pair) == pytest.approx(degrees, abs=1e-8)  # a millimetre
    assert not national_grid.is_grid(*degrees)


def test_a_plan_drawn_in_metres_is_kept_in_degrees_and_other_numbers_are_still_refused():
    (_degrees, tartu), (_other, tallinn) = PLACES[1], PLACES[0]
    text = orjson.dumps({"type": "LineString", "coordinates": [list(tartu), list(tallinn)]}).decode()
    (shape,) = anchor.read_shapes(text)
    assert shape["geometry"]["coordinates"] == [[26.7209, 58.38], [24.7453, 59.4372]]
    for pair in ([542292.154, 1.0], [1e9, 1e9]):
        with pytest.raises(anchor.GeometryUnreadable, match="not_on_earth"):
            anchor.read_geometry(orjson.dumps({"type": "Point", "coordinates": pair}).decode())
