"""The very record of the tenant that a row of the snapshot was made from."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from uar.commands._evidence import Review
from uar.evidence import Evidence
from uar.proof import Raw
from uar.snapshot import PAGES
from uar.sources._trace import trace

OWN_ID = re.compile(r"jumpcloud:\w+:([\w-]+)|>\w+:([\w-]+)")


def raw_of(review: Review, evidence: Evidence) -> Callable[[str], Raw | None]:
    """Looks a row up by its id; None where no answer that is kept has it."""
    there = set(review.names(PAGES))
    accounts = evidence.snapshot.accounts
    logins = dict(zip(accounts["account_id"], accounts["login"].fillna(""), strict=True))

    @lru_cache(maxsize=4)
    def read(name: str) -> bytes:
        if name not in there:
            raise KeyError(name)
        return review.read(name, "sync")

    def find(row_id: str) -> Raw | None:
        try:
            traced = trace(row_id, read)
        except KeyError:  # a snapshot without this page
            return None
        if traced is None:
            return None
        line = json.loads(gzip.decompress(read(traced.file)).splitlines()[traced.line - 1])
        body = json.loads(line["body"])
        under = "" if isinstance(body, list) else "/results"
        place, row = _row(row_id, logins, body if not under else body["results"])
        return Raw(
            file=traced.file,
            line=traced.line,
            request=traced.request,
            answered_at=traced.answered_at,
            sha256=traced.sha256,
            pointer=f"{under}/{place}",
            record=json.dumps(row, ensure_ascii=False, sort_keys=True),
        )

    return find


def _row(row_id: str, logins: Mapping[str, str], rows: list[Any]) -> tuple[int, Any]:
    """The row that names the ids of ours, as many of them as one row of this answer does; the
    newest, which stands last, where events are alike."""
    ids = [f'"{one or other}"' for one, other in OWN_ID.findall(row_id)]
    login = logins.get(row_id.partition("@")[0])  # all that some events name
    ids += [json.dumps(login, ensure_ascii=False)] if login else []
    named = [sum(own in json.dumps(row, ensure_ascii=False) for own in ids) for row in rows]
    most = max(named)
    place = max(at for at, number in enumerate(named) if number == most)
    return place, rows[place]
