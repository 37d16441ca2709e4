"""What a reviewer reads of a direct binding."""

from __future__ import annotations

import pytest

from uar.sheet import SHOWN, cells


@pytest.mark.parametrize(
    ("kind", "entitlement_kind", "sudo", "shown"),
    [
        ("direct binding", "device", None, "device"),
        ("direct binding", "device", "with password", "device, as administrator"),
        ("group binding", "device", "with password", "device for a group, as administrator"),
        ("group binding", "radius", None, "RADIUS server for a group"),
        ("group application", "app", None, "group application"),
    ],
)  # fmt: skip
def test_a_binding_is_called_by_what_it_is_bound_to(
    kind: str, entitlement_kind: str, sudo: str | None, shown: str
) -> None:
    item = dict.fromkeys(column.column for column in SHOWN) | {
        "kind": kind,
        "entitlement_kind": entitlement_kind,
        "sudo": sudo,
        "borrowed": False,
        "reason_on_keep": False,
        "revocable": True,
    }
    assert dict(zip((each.heading for each in SHOWN), cells(item), strict=True))["Kind"] == shown
