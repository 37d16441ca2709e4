"""What uar.toml names and the snapshot does not have is said with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.detections.world import admin, facts, service, thing, user
from uar.commands._evidence import load, opened
from uar.settings import parse
from uar.snapshot import Snapshot
from uar.unmatched import unmatched

SNAPSHOT = facts(
    [user("ana", location="Oslo"), admin("root"), service("export")],
    [thing("group", "Staff"), thing("app", "Payroll"), thing("role", "Help Desk")],
).snapshot
FITTING = """
[privileged]
entitlements = [" payroll", "jumpcloud:group:Staff"]
[domains]
own = ["CORP.example"]
[service_accounts.owners]
"export" = "ana@corp.example"
[employment]
employees_only = ["staff"]
[apply]
protected = ["root@corp.example"]
[[sod]]
name = "both"
holds = ["Payroll", "Help Desk"]
without = ["Staff"]
[[temporary]]
account = "ana"
entitlement = "Payroll"
until = 2026-12-31
[[attributes.rules]]
employee_type = [" EMPLOYEE "]
location = ["Oslo"]
required = ["title"]
[[attributes.rules]]
title = ["Analyst"]
required = []
"""


def said(text: str, snapshot: Snapshot = SNAPSHOT) -> list[str]:
    return unmatched(parse(text.encode(), "uar.toml"), snapshot)


def test_what_fits_is_not_mentioned() -> None:
    assert said("") == []
    assert said(FITTING) == []


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ('"jumpcloud:group:Staff"', '"Stuff"', "line 3: privileged.entitlements: no group, app"),
        (
            '"CORP.example"',
            '"else.example"',
            "line 5: domains.own: no account has an e-mail",
        ),
        ('"export"', '"import"', "line 7: service_accounts.owners: there is no account import."),
        ('"ana@corp.example"', '"bo@corp.example"', "line 7: service_accounts.owners: nobody has"),
        ('["staff"]', '[\n  "stuff",\n]', "line 10: employment.employees_only: no group"),
        (
            '"root@corp.example"',
            "'rot@corp.example'",
            "line 11: apply.protected: no account",
        ),
        ('"Help Desk"]', '"Help Disk"]', "line 14: the rule both: no group, application, role"),
        ('without = ["Staff"]', 'without = ["Stuff"]', "line 15: the rule both: no group"),
        ('account = "ana"', 'account = "anna"', "line 17: temporary.account: no account has the"),
        ('account = "ana"', 'account = "Ana Quine"', "line 17: temporary.account: no account has"),
        (
            '"root@corp.example"',
            '"Root Quine"',
            "line 11: apply.protected: no account has the e-mail or login Root Quine",
        ),
        (
            "[domains]",
            'roles = ["Help Desk", "Read Only", "Manager"]\n[domains]',
            "line 4: privileged.roles: no role is called Read Only",
        ),
        (
            "[domains]",
            '[attributes]\nno_manager = ["ana", "Ana Quine"]\n[domains]',
            "line 5: attributes.no_manager: no account has the e-mail or login Ana Quine",
        ),
        ('entitlement = "Pay', 'entitlement = "Puy', "line 18: temporary.entitlement: no group"),
        ('" EMPLOYEE "', '"Clerk"', "line 21: attributes.rules: no user has the employee type Cle"),
        ('" EMPLOYEE "', '" "', "line 21: attributes.rules: no user has the employee type  ."),
        ('"Analyst"', '"Analyst", "Bard"', "line 25: attributes.rules: no user has the title Bard"),
    ],
)
def test_what_fits_nothing_is_said_with_its_line(right: str, wrong: str, says: str) -> None:
    assert right in FITTING
    (sentence,) = said(FITTING.replace(right, wrong))
    assert sentence.startswith(f"uar.toml, {says}")
    assert sentence.endswith(".")


@pytest.mark.parametrize("before", ["", '"Payroll bot" = "zoe@corp.example", '])
def test_a_table_in_one_line_has_its_line_too(before: str) -> None:
    owners = f'owners = {{ {before}"gone" = "nobody@corp.example" }}'
    sentences = said(f'# "gone" = x\n[service_accounts]\n{owners}\n')
    lines = [sentence.split(": ")[0] for sentence in sentences]
    assert lines[-2:] == ["uar.toml, line 3"] * 2


def test_every_one_is_said_at_once() -> None:
    text = '[privileged]\nentitlements = [\n  "x",\n  "y",\n]\n'
    text += '[[sod]]\nname = "n"\nholds = ["x", "z"]\n'
    assert [line.split(":")[0] for line in said(text)] == [
        f"uar.toml, line {number}" for number in (3, 4, 8, 8)
    ]


def test_the_sample_names_what_there_is() -> None:
    sample = Path(__file__).parents[1] / "samples" / "uar.toml"
    snapshot = load(opened(sample.parent / "review")).snapshot
    source = sample.read_text("utf-8")
    assert said(source, snapshot) == []
