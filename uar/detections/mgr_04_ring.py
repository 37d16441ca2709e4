"""Managers form a ring: following the line upwards leads back to the start.

What it means
    For example, ana's manager is bob and bob's manager is ana.
Why it matters
    Where the manager cannot decide, the review goes to the manager's manager; in a ring that never
    ends at somebody who leads both. Each could decide on the other's access.
Facts read
    Manager and status of users.
Controls
    NIST SP 800-53 AC-5, AC-2(j); SOC 2 CC6.3; ISO/IEC 27001:2022 A.5.18; PCI DSS 7.2.4.
What to do
    Correct the manager of one of them in JumpCloud, or where JumpCloud takes it from.
Severity
    Medium. One finding a ring, under the first of its members. Looks at active people with a
    manager; a ring with a member whose status is unknown cannot be told.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._managers import managed_people
from uar.tables import look_up, objects


def judge(facts: Facts) -> pd.DataFrame:
    people = managed_people(facts).sort_values("account_id")
    above = dict(zip(objects(people["account_id"]), objects(people["manager_id"]), strict=True))
    sure = people.set_index("account_id")["surely"].fillna(False)
    who = people.set_index("account_id")["who"]
    rings = {min(ring): ring for ring in _rings(above) if len(ring) > 1}
    clear = [first for first, ring in rings.items() if sure.loc[ring].all()]
    account_id = people["account_id"]
    hit = account_id.isin(clear).astype("boolean").mask(account_id.isin(set(rings) - set(clear)))
    hit = hit.mask(~hit & people["surely"].isna())
    lines = {first: ", then ".join(who.loc[[*ring[1:], ring[0]]]) for first, ring in rings.items()}
    judged = each(people, hit, line=look_up(account_id, pd.Series(lines, dtype="string")))
    told = pd.Series(
        {first: " ".join(sorted(ring)) for first, ring in rings.items()}, dtype="string"
    )
    return judged.assign(accounts=look_up(account_id, told).fillna(account_id))


def _rings(above: Mapping[str, str]) -> list[list[str]]:
    """Every ring once, from its smallest member upwards."""
    rings = []
    seen: set[str] = set()
    for start in above:
        path: dict[str, int] = {}
        at = start
        while at in above and at not in seen:
            seen.add(at)
            path[at] = len(path)
            at = above[at]
        if at in path:
            ring = list(path)[path[at] :]
            first = ring.index(min(ring))
            rings.append(ring[first:] + ring[:first])
    return rings


DETECTION = Detection(
    id="MGR-04",
    title="Managers form a ring",
    severity="medium",
    says="Above {who} stands {line}: a ring without an end.",
    judge=judge,
)
