"""A user that cannot sign in still holds access.

What it means
    The user is suspended, or has been staged for a start that is long in coming, and holds groups,
    applications, bindings to devices, directories or servers, or SSH keys.
Why it matters
    Making the user active again gives all of it back at once, without anybody deciding so. SSH keys
    already on a device may work on.
Facts read
    Status, grants and SSH keys of users, and the day they were made. A suspended administrator's
    role is for ADM-03.
Controls
    NIST SP 800-53 AC-2(3), AC-2(l); SOC 2 CC6.2, CC6.3; ISO/IEC 27001:2022 A.5.18; PCI DSS 7.2.4;
    HIPAA 164.308(a)(3)(ii)(C).
What to do
    For somebody who has left, revoke it. For somebody who has not started, ask whether they still
    will; if not, delete the user.
Severity
    Medium; high where something privileged is held, directly or by a group. Looks at users that are
    not active. One that was staged in the last thresholds.grace_days (30) is fine: access is made
    ready for whoever is about to start. One whose status is unknown, or which is staged since an
    unknown day, cannot be told.
"""

from __future__ import annotations

import pandas as pd

from uar.detections import Detection, Facts, each
from uar.detections._grants import held_by, kind_is
from uar.detections._held import hold_privileged

WORDS = {
    "group": ("group", "groups"),
    "app": ("application", "applications"),
    "device": ("device", "devices"),
    "device group": ("device group", "device groups"),
    "directory": ("directory", "directories"),
    "radius": ("RADIUS server", "RADIUS servers"),
    "password item": ("password", "passwords"),
    "password folder": ("password folder", "password folders"),
}


HOLDS = {
    "suspended": "is suspended and still holds",
    "staged": "has not started yet and already holds",
}


def judge(facts: Facts) -> pd.DataFrame:
    users = facts.users
    users = users[~users["active"].fillna(False)]
    account_id = users["account_id"]
    held = facts.held.iloc[held_by(facts, account_id)]
    holds = pd.Series("", index=users.index, dtype="string")
    for name, (one, many) in WORDS.items():
        of_kind = held.loc[kind_is(facts, name)[held.index], "account"]
        said = of_kind.value_counts().map(
            lambda n, one=one, many=many: f", {n:,} {one if n == 1 else many}"
        )
        holds += said.astype("string").reindex(users.index).fillna("")
    holds += pd.Series(map(_keys, users["ssh_keys"].fillna("")), users.index, dtype="string")
    due = facts.now - pd.Timedelta(days=facts.settings.thresholds.grace_days)
    waiting = users["created_at"].lt(due).astype("boolean").mask(users["created_at"].isna())
    idle = waiting.mask(users["status"] != "staged", True)
    severity = hold_privileged(facts, account_id).map({True: "high", False: "medium"})
    return each(
        users,
        (idle & (holds != "")).mask(users["status"] == "unknown"),
        holds=[" and ".join(text.removeprefix(", ").rsplit(", ", 1)) for text in holds],
        state=users["status"].map(HOLDS),
        severity=severity,
    )


def _keys(fingerprints: str) -> str:
    number = len(fingerprints.split())
    return f", {number} SSH {'key' if number == 1 else 'keys'}" if number else ""


DETECTION = Detection(
    id="LIF-04",
    title="User that cannot sign in still holds access",
    severity="medium",
    says="{who} {state} {holds}.",
    judge=judge,
)
