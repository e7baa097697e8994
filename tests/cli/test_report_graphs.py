"""The graphs of a report: what was not read is a gap in the drawing and a dash in the table."""

from __future__ import annotations

from xml.etree import ElementTree

from cli.report_graphs import ROWS, svg, table
from duty.incident_details import Past

AT = 1_795_490_760.0
POINTS = tuple((AT + 15.0 * at, 10.0 + at, 20.0 + at, 30.0 + at) for at in (*range(10), *range(40, 60)))
PAST = Past("host", "<b>", "cpu", "%", AT, AT + 900.0, 15.0, POINTS)


def test_a_gap_is_not_drawn_over() -> None:
    drawn = ElementTree.fromstring(svg(PAST, "Asia/Shanghai"))
    lines = [one.attrib["points"].split() for one in drawn.iter("polyline")]
    assert [len(line) for line in lines] == [10, 20]
    places = [tuple(map(float, point.split(","))) for line in lines for point in line]
    assert all(0 <= x <= 600 and 0 <= y <= 120 for x, y in places)
    assert [x for x, _y in places] == sorted(x for x, _y in places)
    caption = drawn.find("figcaption")
    assert caption is not None and caption.text is not None
    assert caption.text.startswith("<b> CPU, 11:26:00 – 11:41:00: 10 % to 89 %"), "nothing in it is markup"


def test_the_table_has_a_dash_where_nothing_was_read() -> None:
    head, rule, *rows = table(PAST, "Asia/Shanghai")
    assert head == "| time | least | mean | highest |" and rule.count("---") == 4 and len(rows) == ROWS
    assert rows[0] == "| 11:26:00 | 10 % | 24 % | 39 % |"
    assert rows[1] == "| 11:28:30 | – | – | – |"


def test_a_series_that_never_moved_from_nought_is_a_line() -> None:
    flat = Past("line", "SGE-1", "in", "bit/s", AT, AT + 30.0, 15.0, ((AT, 0.0, 0.0, 0.0), (AT + 15.0, 0.0, 0.0, 0.0)))
    assert ElementTree.fromstring(svg(flat, "UTC")).find(".//{*}polyline") is not None
