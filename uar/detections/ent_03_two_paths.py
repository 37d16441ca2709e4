"""Somebody holds an application by two or more paths.

What it means
    The application is assigned directly and comes with a group too, or comes with several groups.
Why it matters
    Revoking one path takes nothing away, although the review then says it did.
Facts read
    Direct assignments, group memberships and what groups open.
Controls
    NIST SP 800-53 AC-2(j), AC-6(7); SOC 2 CC6.3; ISO/IEC 27001:2022 A.5.18; PCI DSS 7.2.4.
What to do
    Keep one path. To end the access, revoke every one of them; the plan shows all.
Severity
    Medium for a direct assignment, which stays when the person leaves the group; info where several
    groups give it: each of them is there for its own reason, and the workbook says beside each what
    stays after a Revoke. One finding for each grant that another one makes needless: the direct
    assignment, else the membership with the greatest id. Looks at every grant of an account to a
    group or an application.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd

from uar.detections import SHOWN, Detection, Facts
from uar.detections._grants import judged, kind_is, told
from uar.detections._paths import several
from uar.text import some


def judge(facts: Facts) -> pd.DataFrame:
    rows = np.flatnonzero(~kind_is(facts, "role"))
    paths = several(facts)
    needless = paths[~paths.duplicated(["holder", "end"], keep="last")]
    directly = paths.loc[paths["directly"], "row"]
    severity = np.where(np.isin(rows, directly), "medium", "info")
    hit = np.isin(rows, needless["row"])
    return judged(rows, hit, np.zeros(len(rows), dtype=bool), severity=severity)


def tell(facts: Facts, found: pd.DataFrame) -> pd.DataFrame:
    paths = several(facts)
    name = facts.snapshot.entitlements["name"].array
    group = name.take(facts.held["thing"].to_numpy()[paths["row"]])
    way = ("by the group " + pd.Series(group, index=paths.index)).mask(
        paths["directly"], "directly"
    )
    app = name.take(paths["end"].to_numpy())
    ways: dict[tuple[int, int], list[str]] = defaultdict(list)
    needless: dict[tuple[int, int], tuple[int, str]] = {}
    for holder, end, row, said, called in zip(
        *(paths[column].tolist() for column in ("holder", "end", "row")), way, app, strict=True
    ):
        ways[holder, end].append(said)
        needless[holder, end] = row, called  # of the last one
    said_of: dict[int, list[str]] = defaultdict(list)
    for pair, (row, called) in needless.items():
        *first, last = ways[pair]
        few = len(first) < SHOWN
        said = f"{', '.join(first)} and {last}" if few else some(ways[pair], SHOWN)
        said_of[row].append(f"{called} {said}")
    sentence = found["row"].map({row: "; ".join(said) for row, said in said_of.items()})
    return told(facts, found).assign(sentence=sentence)


DETECTION = Detection(
    id="ENT-03",
    title="One application by two or more paths",
    severity="medium",
    says="{who} holds {sentence}.",
    judge=judge,
    tell=tell,
)
