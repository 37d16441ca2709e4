"""An administrator is no employee.

What it means
    The administrator's person is a contractor, consultant or the like by the employee type of the
    person's user.
Why it matters
    Whoever is not employed is bound by less, often leaves without HR knowing, and seldom needs the
    console. Who does should have it for a time, and somebody should answer for it.
Facts read
    The employee type that an administrator borrows from the person's user; employment.external; the
    administrator's roles.
Controls
    NIST SP 800-53 AC-6(5), AC-6(7), PS-7; SOC 2 CC6.2, CC6.3, CC9.2; ISO/IEC 27001:2022 A.5.19,
    A.8.2; PCI DSS 7.2.4.
What to do
    Ask the one who engaged them whether the role is still needed, and until when; or take it away.
Severity
    Medium. Looks at administrators that are not suspended; one that belongs to no user (ADM-01), or
    whose user has no employee type (ATR-05), cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._held import roles_of
from uar.detections._outside import is_no_employee
from uar.tables import look_up


def judge(facts: Facts) -> pd.DataFrame:
    accounts = facts.accounts
    admins = accounts[(accounts["kind"] == "admin") & accounts["active"].fillna(True)]
    lent = facts.persons.set_index("account_id")
    employee_type = look_up(admins["account_id"], lent["employee_type"])
    power = ", and has the role " + roles_of(facts, admins["account_id"])
    return each(
        admins,
        admins["active"] & is_no_employee(facts, employee_type),
        employee_type=employee_type.str.strip(),
        power=power.fillna(""),
    )


DETECTION = Detection(
    id="ADM-09",
    title="Administrator who is no employee",
    severity="medium",
    says='{who} belongs to {person_name}, whose employee type is "{employee_type}"{power}.',
    judge=judge,
)
