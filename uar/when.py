"""Days and moments as people read them: in UTC, and by the clocks of the organisation's own zone.

The zone is a name in uar.toml, never the machine's own, so that the same review says the same
everywhere.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
import zoneinfo

UTC = "UTC"
ZONE = re.compile(r"[A-Z][A-Za-z]+(/[A-Z][\w+-]*)+")  # not "localtime": that is the machine's own


class TimeZone:
    """A setting that names UTC, or a time zone of the IANA database."""

    def fault(self, value: str) -> str:
        """What is wrong with the name, or nothing."""
        if value == UTC:
            return ""
        try:
            if ZONE.fullmatch(value):
                clocks(value)
                return ""
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            pass
        known = sorted(filter(ZONE.fullmatch, zoneinfo.available_timezones()))
        near = difflib.get_close_matches(value.strip().replace(" ", "_"), known, n=1)
        near = near or [one for one in known if one.rpartition("/")[2] == value.strip().title()]
        such_as = near[0] if near else "Europe/Berlin"
        return f" must be a time zone such as {such_as}; there is no {value!r}"


def clocks(zone: str) -> dt.tzinfo:
    """What tells the time there."""
    return dt.UTC if zone == UTC else zoneinfo.ZoneInfo(zone)


def moment(iso: str, zone: str = UTC) -> str:
    """2026-11-20T09:00:00Z -> 20 November 2026, 09:00 UTC (10:00 in Europe/Berlin)."""
    at = dt.datetime.fromisoformat(iso).astimezone(dt.UTC)
    said = f"{at.day} {at:%B %Y}, {at:%H:%M} UTC"
    if zone == UTC:
        return said
    there = at.astimezone(clocks(zone))
    if there.utcoffset() == dt.timedelta(0):
        return f"{said}, and in {zone}"
    other_day = "" if there.date() == at.date() else f"{there.day} {there:%B}, "
    return f"{said} ({other_day}{there:%H:%M} in {zone})"


def day(iso: str) -> str:
    """2026-12-15 -> 15 December 2026."""
    date = dt.date.fromisoformat(iso)
    return f"{date.day} {date:%B %Y}"


def end_of_day(iso: str, zone: str) -> str:
    """2026-12-15 -> until midnight in Europe/Berlin (23:00 UTC)."""
    if zone == UTC:
        return "until midnight UTC"
    date = dt.date.fromisoformat(iso)
    end = dt.datetime.combine(date + dt.timedelta(days=1), dt.time(), clocks(zone))
    at = end.astimezone(dt.UTC)
    other_day = "" if at.date() == date else f" on {at.day} {at:%B}"
    return f"until midnight in {zone} ({at:%H:%M} UTC{other_day})"


def day_of(at: dt.datetime, zone: str = UTC) -> dt.date:
    """Which day it was by the clocks of the zone."""
    return at.astimezone(clocks(zone)).date()
