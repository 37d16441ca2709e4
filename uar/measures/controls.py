"""What published controls ask of a review, and which answers and parts of the report bear on it."""

from __future__ import annotations

from dataclasses import dataclass

from uar.tieout import NO, NOT_YET, YES, Answer, TieOut

COMPLETE, INDEPENDENT, DECIDED, REMOVED, CLEAN = range(5)  # places in TieOut.answers


@dataclass(frozen=True)
class Control:
    """A control. `rests_on`: places of the answers it needs. `parts`: anchors in the report."""

    framework: str
    name: str
    asks: str
    rests_on: tuple[int, ...]
    parts: tuple[str, ...]


NIST = "NIST SP 800-53 Rev. 5"
CONTROLS = (
    Control(
        "SOX ITGC", "Access review",
        "A complete and accurate list, the right reviewers, changes made within the period.",
        (COMPLETE, INDEPENDENT, DECIDED, REMOVED), ("tie-out", "source", "assignment", "removals"),
    ),
    Control(
        "SOC 2", "CC6.1 to CC6.3",
        "Access of people and service accounts is reviewed periodically, and changed where needed.",
        (COMPLETE, DECIDED, REMOVED), ("population", "decisions", "removals"),
    ),
    Control(
        "ISO/IEC 27001:2022", "A.5.15, A.5.16, A.5.18",
        "Access rights are reviewed, changed and removed according to policy.",
        (COMPLETE, DECIDED, REMOVED), ("decisions", "removals", "leavers"),
    ),
    Control(
        "ISO/IEC 27001:2022", "A.8.2", "Privileged access rights are restricted and managed.",
        (INDEPENDENT, DECIDED), ("privileged", "exceptions"),
    ),
    Control(
        "PCI DSS 4.0.1", "7.2.4",
        "All user accounts, every six months at least; it fits the job; management acknowledges.",
        (COMPLETE, DECIDED, REMOVED), ("population", "decisions", "removals", "sign-offs"),
    ),
    Control(
        "PCI DSS 4.0.1", "7.2.5.1",
        "Application and system accounts, as often as a targeted risk analysis says.",
        (COMPLETE, DECIDED), ("privileged",),
    ),
    Control(
        "HIPAA", "164.308(a)(3)(ii)(C), (a)(4)(ii)(C)",
        "Access ends with employment; rights of access are reviewed and modified.",
        (DECIDED, REMOVED), ("leavers", "removals"),
    ),
    Control(
        NIST, "AC-2(j)", "Accounts are reviewed for compliance with account management.",
        (COMPLETE, DECIDED), ("tie-out", "decisions"),
    ),
    Control(
        NIST, "AC-2(3)", "Accounts that are expired, unassociated, in violation or inactive end.",
        (REMOVED,), ("leavers", "findings", "removals"),
    ),
    Control(
        NIST, "AC-5", "Duties are separated: nobody decides about their own access.",
        (INDEPENDENT,), ("assignment", "quality"),
    ),
    Control(
        NIST, "AC-6(7)", "The need for privileges is reviewed; what is not needed is removed.",
        (DECIDED, REMOVED), ("privileged", "removals"),
    ),
)  # fmt: skip


def standing_of(control: Control, tieout: TieOut) -> tuple[str, tuple[Answer, ...]]:
    """yes, no or not yet, and the answers it comes from: no if one is no, yes if all are yes."""
    answers = tuple(tieout.answers[place] for place in control.rests_on)
    words = {answer.word for answer in answers}
    return (NO if NO in words else NOT_YET if NOT_YET in words else YES), answers
