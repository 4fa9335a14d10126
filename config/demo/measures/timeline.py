"""When each measure of the demonstration county happens."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

from config.demo.clock import workday_before
from config.demo.measures.duty import _mystery, _officers, _roster, _study, _training
from config.demo.measures.joint import _closure, _meeting, _papers, _whistles
from config.demo.measures.market import _ads, _materials, _school_gate, _talk
from config.demo.people import County
from config.demo.places import Places
from config.demo.timeline import Timeline

TRAININGS = (
    (date(2023, 3, 22), "COUNTY", "校外培训行政执法业务培训", "8"),
    (date(2023, 5, 17), "CITY", "全市校外培训监管执法培训班（第一期）", "16"),
    (date(2023, 10, 25), "CITY", "《校外培训行政处罚暂行办法》专题培训", "8"),
)


def build_measures(county: County, places: Places, timeline: Timeline, now: date) -> None:
    """Put the room's rows on the timeline."""
    for day, level, title, hours in TRAININGS:
        timeline.add(day, 17, partial(_training, county, day, level, title, hours))
    study = workday_before(now - timedelta(days=20))
    timeline.add(study, 17, partial(_study, county, study))
    timeline.add(now - timedelta(days=60), 9, partial(_school_gate, county, places))
    timeline.add(now - timedelta(days=6), 10, partial(_ads, county, places))
    timeline.add(now - timedelta(days=12), 9, partial(_talk, county, places, timeline))
    timeline.add(now - timedelta(days=20), 9, partial(_meeting, county, now))
    timeline.add(now - timedelta(days=1), 15, partial(_whistles, county, places, now))
    timeline.add(now - timedelta(days=5), 9, partial(_papers, county, places, now))
    timeline.add(now - timedelta(days=40), 9, partial(_closure, county, places, timeline, now))
    timeline.add(now - timedelta(days=4), 11, partial(_materials, county, places))
    timeline.add(now - timedelta(days=8), 9, partial(_roster, county, now))
    timeline.add(now - timedelta(days=2), 20, partial(_mystery, county, places))
    timeline.add(now, 7, partial(_officers, county, places, now))
