"""A person's user is used as a program would use it.

What it means
    Only LDAP or RADIUS was used with it, and nobody signed in to the portal, an application or a
    device.
Why it matters
    It may be a program with a person's account: then nobody answers for it, its password is in a
    file, and it breaks when the person leaves.
Facts read
    Use in the window of JumpCloud's events; the service marks and status of users. Left out: users
    that are not active, and services: users that serve LDAP or Samba, or that
    service_accounts.owners names.
Controls
    NIST SP 800-53 AC-2, AC-2(9), IA-2; SOC 2 CC6.1; ISO/IEC 27001:2022 A.5.16, A.8.2;
    PCI DSS 7.2.5, 8.6.1.
What to do
    Ask the person. Give the program a user of its own that is marked as a service, with an owner. A
    user that is the program's already is named, with its owner, in service_accounts.owners.
Severity
    Low, a possibility only: looks at users of which some use was observed. Who works without a
    computer of the organisation may use its Wi-Fi and nothing else. The window must be as long as
    thresholds.inactive_days (90); else, as for a user of unknown status, it cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._missing import profiled
from uar.detections._unused import in_words, long_enough, unobserved
from uar.tables import look_up, within

AS_A_PROGRAM = {"directory": "LDAP", "radius": "RADIUS"}


def judge(facts: Facts) -> pd.DataFrame:
    people = profiled(facts)
    uses = facts.snapshot.uses
    people = people[within(people["account_id"], uses["account_id"])]
    program = uses["kind"].isin(AS_A_PROGRAM)
    person = within(people["account_id"], uses.loc[~program, "account_id"])
    kinds = (
        uses[program].drop_duplicates(["account_id", "kind"]).sort_values(["account_id", "kind"])
    )
    ways = kinds["kind"].map(AS_A_PROGRAM).groupby(kinds["account_id"]).agg(" and ".join)
    way = look_up(people["account_id"], ways)
    hit = (~person).astype("boolean")
    if not long_enough(facts):
        hit = hit.mask(~person)
    return each(people, people["surely"] & hit, way=way, window=in_words(facts))


DETECTION = Detection(
    id="NHI-05",
    title="Person's user that is used like a service",
    severity="low",
    says="{who} was only used by {way} {window}: perhaps it is a program's.",
    judge=judge,
    unable=unobserved,
)
