"""Somebody holds what nobody should hold together.

What it means
    A [[sod]] rule of uar.toml is broken: the person holds everything that it names, or holds it
    without what it asks for. All accounts of the person count, and every way to the access.
Why it matters
    Separation of duties is what keeps one person from both doing a thing and hiding it.
Facts read
    Grants, what groups open, the persons made of the accounts; [[sod]] of uar.toml.
Controls
    NIST SP 800-53 AC-5; SOC 2 CC5.1, CC6.3; ISO/IEC 27001:2022 A.5.3; PCI DSS 7.2.2, 6.5.4.
What to do
    Take one side away; or accept it with reason and day in exceptions.toml, and have somebody else
    look at what the person does.
Severity
    High, unless the rule says otherwise. Looks at everybody who holds one of the things that a rule
    names; accounts that are not active do not count. Where an unknown status or a list that was not
    read could turn the answer, it cannot be told. Does not run without a rule.
"""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._grants import named
from uar.detections._lists import was_read
from uar.detections._paths import reached
from uar.settings import Settings, SodRule

COLUMNS = ["subject", "subject_name", "accounts", "grants", "hit", "severity", "rule", "sentence"]


def judge(facts: Facts) -> pd.DataFrame:
    judged = [_judge_rule(facts, rule) for rule in facts.settings.sod]
    return pd.concat([pd.DataFrame(columns=COLUMNS), *judged], ignore_index=True)[COLUMNS]


def _judge_rule(facts: Facts, rule: SodRule) -> pd.DataFrame:
    parts = [("held", name) for name in rule.holds] + [("missing", name) for name in rule.without]
    ways = pd.concat([_ways(facts, name).assign(part=name, side=side) for side, name in parts])
    holding = ways[ways["side"] == "held"].sort_values(["account", "grant_id"])
    sure = _count(ways[ways["sure"]])
    perhaps = _count(ways)
    people = holding["person_id"].drop_duplicates().sort_values()
    sure, perhaps = (each.reindex(people).fillna(0) for each in (sure, perhaps))
    unread = {
        side: any(one == side and _unread(facts, name) for one, name in parts) for side in sure
    }
    all_held = sure["held"] == len(rule.holds)
    may_hold = (perhaps["held"] == len(rule.holds)) | unread["held"]
    has_rest = (sure["missing"] == len(rule.without)) & bool(rule.without)
    may_have = ((perhaps["missing"] == len(rule.without)) & bool(rule.without)) | unread["missing"]
    hit = (
        (all_held & ~may_have)
        .astype("boolean")
        .mask(may_hold & ~has_rest & ~(all_held & ~may_have))
    )
    of = holding.groupby("person_id")
    without = f" without {' and '.join(rule.without)}" if rule.without else ""
    return pd.DataFrame(
        {
            "subject": people + ":" + rule.name,
            "subject_name": of["person_name"].first().reindex(people).to_numpy(),
            "accounts": people.map(_joined(holding, "account_id")),
            "grants": people.map(_joined(holding, "grant_id")),
            "hit": hit.to_numpy(),
            "severity": rule.severity,
            "rule": rule.name,
            "sentence": " and ".join(rule.holds) + without,
        }
    )


def _ways(facts: Facts, name: str) -> pd.DataFrame:
    """Every way of an account that is, or may be, active to what is called so."""
    ways = reached(facts, named(facts, (name,)))
    columns = ["account_id", "person_id", "person_name", "active"]
    of = facts.accounts[columns].iloc[ways["account"]].reset_index(drop=True)
    known = pd.concat([ways.reset_index(drop=True), of], axis=1)
    known = known[known["active"].fillna(True).astype(bool)]
    return known.assign(sure=known["active"].fillna(False).astype(bool))


def _count(ways: pd.DataFrame) -> pd.DataFrame:
    """By person: how many of the rule's things are held, on either side."""
    each = ways.drop_duplicates(["person_id", "side", "part"])
    counted = pd.crosstab(each["person_id"], each["side"])
    return counted.reindex(columns=["held", "missing"], fill_value=0)


def _unread(facts: Facts, name: str) -> bool:
    """Was a list not read that could show somebody who holds what is called so?"""
    things = facts.snapshot.entitlements[named(facts, (name,))]
    return not was_read(facts.snapshot, things).all()


def _joined(holding: pd.DataFrame, name: str) -> dict[str, str]:
    """By person, the different values in order, separated by spaces."""
    values: dict[str, set[str]] = defaultdict(set)
    for person, value in zip(holding["person_id"], holding[name], strict=True):
        values[person].add(value)
    return {person: " ".join(sorted(each)) for person, each in values.items()}


def _no_rule(settings: Settings) -> str:
    return "" if settings.sod else "uar.toml has no [[sod]] rule"


DETECTION = Detection(
    id="ENT-04",
    title="Held together against separation of duties",
    severity="high",
    says="{subject_name} holds {sentence}, against the rule “{rule}”.",
    judge=judge,
    unwanted=_no_rule,
)
