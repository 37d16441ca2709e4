"""Going on with a read that was interrupted: whose it is, how old, and what must be asked again.

What was answered before stands, but for the lists that everything else hangs on: their first pages
are asked for again, and a list that says something else now is read anew. A list that was cut off
in the middle is seen to have moved by the row that each page shares with the one before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from uar import __version__
from uar.errors import FolderError

from ._http import Answer, Client, expect
from ._lists import ORGANIZATIONS, USERS
from ._paging import Listing, Reading, mapping
from ._spool import Spool

LONGEST = dt.timedelta(hours=6)  # from the first answer: later it is not one moment any more


def begin(spool: Spool, client: Client, now: dt.datetime) -> None:
    """Note whose answers these will be."""
    spool.note(
        {
            "host": client.host,
            "org_id": client.credential.org_id,
            "started_at": now.isoformat(timespec="seconds"),
            "version": __version__,
        }
    )


def go_on(spool: Spool, client: Client, listings: Iterable[Listing[Any]], now: dt.datetime) -> None:
    """Forget what the tenant says otherwise now.

    Raises FolderError where that cannot mend it: another tenant, or too long ago.
    """
    noted = spool.noted
    if (noted.get("host"), noted.get("org_id")) != (client.host, client.credential.org_id):
        raise _refused(
            f"it is of {noted.get('host')}"
            + (f" and organisation {noted['org_id']}" if noted.get("org_id") else "")
            + ", which is not what the environment names now"
        )
    age = now - dt.datetime.fromisoformat(noted["started_at"])
    if not dt.timedelta(0) <= age <= LONGEST:
        hours = int(LONGEST.total_seconds() // 3600)
        raise _refused(f"it began at {noted['started_at']}, more than {hours} hours ago")
    begun = [listing for listing in listings if _forgets_what_is_not_its(spool, listing)]
    with ThreadPoolExecutor(4, "uar-resume") as pool:
        answers = list(pool.map(lambda listing: _first(client, listing), begun))
    for listing, answer in zip(begun, answers, strict=True):
        _compare(spool, listing, answer)


def _forgets_what_is_not_its(spool: Spool, listing: Listing[Any]) -> bool:
    """Is its first page kept? Later pages without it are of no use."""
    asked = Reading(listing).asked(0)
    if spool.find(asked.path, asked.query):
        return True
    spool.forget(asked.path)
    return False


def _first(client: Client, listing: Listing[Any]) -> Answer:
    asked = Reading(listing).asked(0)
    return client.request("GET", asked.path, params=asked.params, repeat_safe=True)


def _compare(spool: Spool, listing: Listing[Any], answer: Answer) -> None:
    asked = Reading(listing).asked(0)
    kept = spool.find(asked.path, asked.query)
    if kept is None:  # forgotten together with another list of the same path
        return
    before, total = _kept(listing, spool.answer(kept))
    if answer.status in listing.optional:
        spool.forget(asked.path)
        return
    now, new_total = _kept(listing, expect(answer, 200))
    keys, new_keys = ({listing.key(row) for row in rows} for rows in (before, now))
    if listing in (ORGANIZATIONS, USERS) and keys and not keys & new_keys:
        raise _refused(f"nothing in GET {listing.path} is what it was: it is another tenant")
    if (before, total) != (now, new_total):
        spool.forget(asked.path)


def _kept(listing: Listing[Any], answer: Answer) -> tuple[list[Any], int | None]:
    rows, total = listing.unpack(answer)
    return mapping(listing, rows, answer), total


def _refused(why: str) -> FolderError:
    return FolderError(
        f"The interrupted read cannot be gone on with: {why}. "
        "Read into a new folder, or delete the file .reading in this one and begin again."
    )
