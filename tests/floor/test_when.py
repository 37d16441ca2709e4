"""A moment and a last day in words: UTC first, and the same by the clocks of one named zone."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uar.when import UTC, TimeZone, day_of, end_of_day, moment


@pytest.mark.parametrize(
    ("iso", "zone", "says"),
    [
        ("2026-11-20T09:00:00Z", UTC, "20 November 2026, 09:00 UTC"),
        (
            "2026-11-20T09:00:00Z",
            "Europe/Oslo",
            "20 November 2026, 09:00 UTC (10:00 in Europe/Oslo)",
        ),
        ("2026-07-20T09:00:00Z", "Europe/Oslo", "20 July 2026, 09:00 UTC (11:00 in Europe/Oslo)"),
        (
            "2026-11-02T09:00:00Z",
            "Africa/Accra",
            "2 November 2026, 09:00 UTC, and in Africa/Accra",
        ),
        (
            "2026-11-30T23:30:00Z",
            "Asia/Tokyo",
            "30 November 2026, 23:30 UTC (1 December, 08:30 in Asia/Tokyo)",
        ),
        (
            "2027-01-01T02:00:00+00:00",
            "America/New_York",
            "1 January 2027, 02:00 UTC (31 December, 21:00 in America/New_York)",
        ),
    ],
)
def test_a_moment_is_told_in_both(iso: str, zone: str, says: str) -> None:
    assert moment(iso, zone) == says


@pytest.mark.parametrize(
    ("zone", "says"),
    [
        (UTC, "until midnight UTC"),
        ("Europe/Oslo", "until midnight in Europe/Oslo (23:00 UTC)"),
        (
            "America/New_York",
            "until midnight in America/New_York (05:00 UTC on 16 December)",
        ),
        ("Asia/Kolkata", "until midnight in Asia/Kolkata (18:30 UTC)"),
        ("Africa/Accra", "until midnight in Africa/Accra (00:00 UTC on 16 December)"),
    ],
)
def test_a_day_ends_where_its_zone_says(zone: str, says: str) -> None:
    assert end_of_day("2026-12-15", zone) == says


@given(
    seconds=st.integers(1_577_836_800, 2_208_988_800),  # 2020 to 2040
    zone=st.sampled_from(["America/New_York", "Asia/Kolkata", "Pacific/Auckland", "Europe/Oslo"]),
)
def test_the_last_moment_of_a_day_is_of_that_day(seconds: int, zone: str) -> None:
    at = dt.datetime.fromtimestamp(seconds, dt.UTC)
    day = day_of(at, zone)
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zoneinfo.ZoneInfo(zone))
    assert day_of(end.astimezone(dt.UTC) - dt.timedelta(seconds=1), zone) == day
    assert f"({end.astimezone(dt.UTC):%H:%M} UTC" in end_of_day(day.isoformat(), zone)


@pytest.mark.parametrize("name", [UTC, "Europe/Oslo", "America/Argentina/Ushuaia", "Etc/GMT+5"])
def test_a_zone_of_the_database_is_one(name: str) -> None:
    assert TimeZone().fault(name) == ""


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("", "Europe/Berlin"),
        ("localtime", "Europe/Berlin"),  # whatever machine it runs on
        ("posix/Europe/Oslo", "Europe/Oslo"),
        ("Europe/Olso", "Europe/Oslo"),
        ("Oslo", "Europe/Oslo"),
        ("New York", "America/New_York"),
        ("Europe", "Europe/"),
        ("../../etc/passwd", "Europe/Berlin"),
        ("Europe/../Europe/Oslo", "Europe/Oslo"),
        ("Europe/Oslo\n", "Europe/Oslo"),
        ("+01:00", "Europe/Berlin"),
    ],
)
def test_another_name_is_not_and_a_near_one_is_told(name: str, near: str) -> None:
    said = TimeZone().fault(name)
    assert f"such as {near}" in said and repr(name) in said
