"""What is not known about JumpCloud, as switches.

Each default is the answer that is harder on a client. API.md 14 lists what is open.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from uar.errors import SetupError


@dataclass
class Options:
    v1_max_limit: int = 100
    """Largest page of v1 lists and searches; PowerShell sends 1000 to search (API.md 3.1)."""

    v2_over_limit: str = "refuse"
    """A v2 `limit` over 100: `refuse` with 400, or `clip` to 100 (API.md 3.2)."""

    totals: str = "seen"
    """Where v2 sends `x-total-count`: only where it was `seen`, on `all` lists, or `none`."""

    unknown_graph_id: str = "empty"
    """A graph list of an object that does not exist: `empty` 200, or `not_found` (API.md 4)."""

    group_fields_show_rules: bool = False
    """Does `fields=` make the group list return membershipMethod and the rule? (API.md 5.5)"""

    application_fields_hide_config: bool = True
    """Does `fields=` keep `config` out of the application list? (API.md 5.6)"""

    org_header: str = "spec"
    """Routes described without x-org-id: `spec` refuses it there, `accept` takes it (2.4)."""

    second_suspend: int = 409
    """Status of suspending a suspended user: 409 or 200 (API.md 8.1)."""

    conflicting_state: str = "refuse"
    """`state` and `suspended` that disagree: `refuse` with 400, or `state` wins (API.md 8.3)."""

    restricted_fields: str = "keep"
    """Writing a field that is owned elsewhere: `keep` the old value, or `refuse` (API.md 8.3)."""

    admin_suspend: str = "ignore"
    """`suspended` in PUT /api/users/{id}: `ignore` it with 200, or `accept` it (API.md 8.1)."""

    rule_run: str = "at_once"
    """Dynamic groups are put right `at_once`, `later`, or by `Tenant.run_rules()` (`on_demand`)."""

    rule_seconds: float = 3
    """How much `later` that is: rules take seconds (API.md 10, point 15)."""

    token_seconds: float = 3600
    """Life of an OAuth token (API.md 2.2)."""

    insights: bool = True
    """Without Directory Insights every one of its routes answers 402 (API.md 4)."""

    password_manager: bool = True
    """Without the Password Manager its lists answer 402; that they do so is a guess (API.md 4)."""

    def set(self, written: str) -> None:
        """Set one switch from `name=value`, as the command line gives it."""
        name, _, value = written.partition("=")
        known = {field.name: type(field.default) for field in fields(self)}
        if name not in known:
            raise SetupError(f"There is no switch {name!r}; there are: {', '.join(known)}.")
        kind: Any = known[name]
        try:
            setattr(self, name, value == "true" if kind is bool else kind(value))
        except ValueError:
            raise SetupError(f"The switch {name} needs a number, not {value!r}.") from None
