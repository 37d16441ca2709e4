"""A department or job title looks like a slip of the pen.

What it means
    The department is that of one person only, who leads nobody; or the job title is, and differs by
    a letter, a space or its case from one that several people have; or it is not in the list of
    those there are.
Why it matters
    People are compared with those of the same department and job title. A slip takes a person out
    of that comparison, and out of every rule that fills groups by department or title.
Facts read
    Department, job title and manager of active people; attributes.departments and
    attributes.titles; service_accounts.owners. Left out: services, as for ATR-01.
Controls
    NIST SP 800-53 AC-2(j); SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.16; PCI DSS 7.2.4.
What to do
    Correct it in JumpCloud, or where JumpCloud takes it from. Name what is right in
    attributes.departments and attributes.titles: then only what is not in the list is found.
Severity
    Low. A job title that only one person has is common, so alone it is no slip; nor is a difference
    in a number, or in a word of fewer than five letters. A person with neither, or whose status is
    unknown, cannot be told. Missing ones are for ATR-01 and ATR-02.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._missing import is_missing, profiled
from uar.tables import look_up, within
from uar.text import folded

WORDS = {"department": "department", "title": "job title"}
FEW = 1  # people with the same
SHORT = 5  # letters of a word in which one letter more or less is another word


def judge(facts: Facts) -> pd.DataFrame:
    people = profiled(facts).sort_values("account_id")
    allowed = facts.settings.attributes
    department, title = (_compared(people[name], facts) for name in ("department", "title"))
    leads = within(people["account_id"], facts.accounts["manager_id"])
    wrong = _slips(people, "department", department, allowed.departments, ~leads)
    nobody = pd.Series(False, index=people.index)
    odd = _slips(people, "title", title, allowed.titles, nobody)
    both = (wrong.fillna("") + "; and " + odd).fillna(wrong).fillna(odd)
    said = both.str.removeprefix("; and ")
    hit = said.notna().astype("boolean").mask(department.isna() & title.isna())
    return each(people, people["surely"] & hit, said=said)


def _compared(values: pd.Series[Any], facts: Facts) -> pd.Series[Any]:
    """A value as it is compared; unknown where it says nothing. There are few different ones."""
    different = values.drop_duplicates().dropna()
    compared = folded(different).mask(is_missing(different, facts).astype(bool))
    return look_up(values, compared.set_axis(different))


def _slips(
    people: pd.DataFrame,
    column: str,
    value: pd.Series[Any],
    allowed: Iterable[str],
    singular: pd.Series[Any],
) -> pd.Series[Any]:
    """`the department "Finnance", ...` for each person with a slip, else unknown.

    `singular`: for whom being the only one is a slip by itself.
    """
    word = WORDS[column]
    shown = people[column].str.strip()
    known = {name.strip().casefold() for name in allowed}
    if known:
        odd = value.notna() & ~value.isin(known)
        return (f'the {word} "' + shown + '", which is not in the list').where(odd)
    counts = people["person_id"].groupby(value).nunique()
    alone = value.map(counts).le(FEW).fillna(False).astype(bool)
    meant = _nearest(value[alone].dropna().unique(), counts.index[counts > FEW])
    spelt = shown[~value.duplicated()].set_axis(value[~value.duplicated()])
    near = look_up(value, look_up(pd.Series(meant, dtype="string"), spelt))
    others = (', but others have "' + near + '"').fillna("")
    said = f'the {word} "' + shown + '", which nobody else has' + others
    return said.where(alone & (near.notna() | singular))


def _nearest(rare: Iterable[str], common: Iterable[str]) -> dict[str, str]:
    """rare -> the common one that it differs from by one slip; the first by name of several.

    Two texts with one letter changed, added, left out or swapped share a text that lacks a letter.
    """
    by_part = defaultdict(list)
    for text in sorted(common):
        for part in _parts(text):
            by_part[part].append(text)
    found = {}
    for text in rare:
        close = sorted({other for part in _parts(text) for other in by_part[part]})
        meant = [other for other in close if _is_slip(text, other)]
        if meant:
            found[text] = meant[0]
    return found


def _parts(text: str) -> set[str]:
    bare = re.sub(r"[\W_]+", "", text)
    return {bare, *(bare[:at] + bare[at + 1 :] for at in range(len(bare)))}


def _is_slip(one: str, other: str) -> bool:
    """Not where they differ in a number, or in a short word: Lead and Head, Engineer I and II."""
    ours, theirs = re.findall(r"\w+", one), re.findall(r"\w+", other)
    if "".join(ours) == "".join(theirs):
        return True  # spaces and punctuation only
    if len(ours) != len(theirs):
        return False
    differ = [pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]]
    return all(
        min(map(len, pair)) >= SHORT and not any(map(str.isdigit, "".join(pair))) for pair in differ
    )


DETECTION = Detection(
    id="ATR-09",
    title="Department or job title that looks like a slip",
    severity="low",
    says="{who} has {said}.",
    judge=judge,
)
