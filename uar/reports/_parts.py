"""The nineteen parts of the auditor's report, in the order auditors know, and which are missing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from uar.evidence import Evidence

NOT_COLLECTED, NOT_GIVEN, NOT_YET = "not collected", "not given", "not yet"


@dataclass(frozen=True)
class Part:
    """A part. `missing`: not collected, not given or not yet, and `why`; empty: it is there."""

    number: int
    anchor: str
    heading: str
    missing: str = ""
    why: str = ""


HEADINGS = (
    ("cover", "Cover"),
    ("answers", "Conclusion: five answers"),
    ("tie-out", "Tie-out"),
    ("source", "How the list was produced"),
    ("scope", "Scope and exclusions"),
    ("population", "Population"),
    ("assignment", "Reviewers: assignment and eligibility"),
    ("decisions", "Results"),
    ("findings", "Findings"),
    ("exceptions", "Overrides and exceptions"),
    ("removals", "Removals and their proof"),
    ("lookback", "Lookback and late grants"),
    ("privileged", "Privileged and non-human access"),
    ("leavers", "Leavers and movers"),
    ("quality", "Review quality"),
    ("changes", "Changes since the last review"),
    ("controls", "Control mapping"),
    ("sign-offs", "Sign-offs"),
    ("appendix", "Appendix: files, checking, register"),
)
OPENED = (
    "assignment", "decisions", "exceptions", "lookback", "privileged", "leavers", "quality",
    "changes",
)  # fmt: skip
CHANGES = (
    "No earlier review was given to this one (--previous of uar detect and uar open). uar compare "
    "OLD NEW lists who joined and left, what was gained and lost, and what has come back."
)


def parts(evidence: Evidence) -> tuple[Part, ...]:
    """All nineteen; what this review has no data for says so, and why."""
    missing = {}
    if evidence.previous is None:
        missing["changes"] = (NOT_GIVEN, CHANGES)
    if evidence.items is None:
        missing |= dict.fromkeys(OPENED, (NOT_YET, "uar open has not run."))
    if evidence.findings is None:
        missing["findings"] = (NOT_YET, "uar detect has not run.")
    if evidence.plan is None and not evidence.emergencies:
        missing["removals"] = (NOT_YET, "uar plan has not run.")
    if not evidence.receipts:
        missing["sign-offs"] = (NOT_YET, "No file has come back.")
    made = (Part(number, *words) for number, words in enumerate(HEADINGS, 1))
    return tuple(
        replace(part, missing=missing[part.anchor][0], why=missing[part.anchor][1])
        if part.anchor in missing
        else part
        for part in made
    )
