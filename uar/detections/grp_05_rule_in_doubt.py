"""The members of a group may not be those that its rule means.

What it means
    JumpCloud reports an error in the group's rule, or changes that the rule proposes and nobody has
    accepted yet.
Why it matters
    The list of members that is reviewed is then not the one that the rule says.
Facts read
    The error flags of a group's rule and the number of its waiting suggestions.
Controls
    NIST SP 800-53 AC-2(j), CM-3; SOC 2 CC6.3, CC4.1; ISO/IEC 27001:2022 A.5.18;
    PCI DSS 7.2.4, 7.3.2.
What to do
    Correct the rule; accept or refuse what it proposes; then sync again.
Severity
    Medium. Looks at groups with a rule. Where JumpCloud does not say, or the way a group gets its
    members is unknown, it cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts
from uar.detections._groups import groups

ERRORS = {
    "CYCLE": "it refers to itself",
    "INVALID_GROUP_REFERENCE": "it names a group that is not there",
}


def judge(facts: Facts) -> pd.DataFrame:
    found = groups(facts)
    found = found[found["membership"].ne("static").fillna(True)]
    errors = found["rule_errors"].fillna("").map(_in_words)
    waiting = found["pending"].fillna(0)
    one = waiting.eq(1).map({True: " change that waits", False: " changes that wait"})
    proposes = ("its rule proposes " + waiting.astype("string") + one).where(waiting > 0, "")
    both = (errors != "") & (proposes != "")
    known = found["pending"].notna() & found["membership"].notna()
    hit = ((errors != "") | (proposes != "")).astype("boolean")
    return found.assign(
        hit=hit.mask(~hit & ~known), sentence=errors + both.map({True: "; ", False: ""}) + proposes
    )


def _in_words(flags: str) -> str:
    words = [ERRORS.get(flag, f"it reports {flag}") for flag in flags.split()]
    return f"its rule is wrong ({', '.join(words)})" if words else ""


DETECTION = Detection(
    id="GRP-05",
    title="Group whose rule is in doubt",
    severity="medium",
    says="The members of the group {subject_name} may not be the right ones: {sentence}.",
    judge=judge,
)
