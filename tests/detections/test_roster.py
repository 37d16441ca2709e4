"""HR's list: how its file is read, and LIF-01, LIF-02, LIF-03, LIF-11 and LIF-13 by example."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from tests.detections.world import NOW, Row, admin, detect, employee, facts, use, user
from uar.cli import main
from uar.errors import TableError
from uar.folder import Folder, digest
from uar.sandbox.organisations import load, sample
from uar.sandbox.server import Sandbox
from uar.settings import Attributes, Roster, ServiceAccounts, Settings, parse
from uar.shortened import shortened
from uar.tables import ROSTER
from uar.workbooks.roster import read_roster

SAMPLE = sample().with_name("hr_roster.csv")


def day(text: str) -> str:
    return f"{text}T00:00:00Z"


def test_the_samples_list_is_read() -> None:
    people = read_roster("hr.csv", SAMPLE.read_bytes(), Settings(roster=Roster()))
    jonas = people[people["employee_id"] == "JT-0015"].iloc[0]
    assert (len(people), jonas["status"], jonas["row"]) == (27, "left", 10)
    assert jonas["end_date"].isoformat() == "2026-09-30T00:00:00+00:00"
    assert jonas["manager"] == "ines.cardoso@junipertide.example"


def test_headings_words_and_delimiter_are_the_settings() -> None:
    content = "Mail;Zustand;Extra\nAna@corp.example;aktiv;7\n".encode("utf-8-sig")
    columns = MappingProxyType({"email": "mail", "status": "Zustand"})
    people = read_roster(
        "hr.csv", content, Settings(roster=Roster(columns=columns, employed=("Aktiv",)))
    )
    assert people[["email", "status"]].to_numpy().tolist() == [["Ana@corp.example", "employed"]]


def test_a_workbook_has_dates_as_numbers() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet
    sheet.append(["Employee ID", "Status", "End date", "E-mail"])
    sheet.append(["007", "left", 46295.4, "a@corp.example"])
    sheet.append(["008", "left", "2026-10-01T17:00:00"])
    buffer = io.BytesIO()
    book.save(buffer)
    people = read_roster("hr.xlsx", buffer.getvalue(), Settings(roster=Roster()))
    assert people["employee_id"].tolist() == ["007", "008"]
    assert people["email"].iloc[0] == "a@corp.example"
    assert people["end_date"].dt.strftime("%Y-%m-%d").tolist() == ["2026-09-30", "2026-10-01"]


def test_a_formula_without_its_value_is_no_empty_cell() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet
    sheet.append(["Employee ID", "Status", "End date", "Note"])
    sheet.append(["007", "active", "=B1", "=B1"])
    buffer = io.BytesIO()
    book.save(buffer)
    with pytest.raises(TableError) as caught:
        read_roster("hr.xlsx", buffer.getvalue(), Settings(roster=Roster()))
    (problem,) = caught.value.problems
    assert problem.startswith("Sheet!C2: a formula without a stored value")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_list_as_a_spreadsheet_program_saves_it(encoding: str, delimiter: str) -> None:
    lines = (["email", "status", "name"], [], ["a@b.example", "left", "Zo\u00eb \u20ac"], [])
    content = "\r\n".join(delimiter.join(cells) for cells in lines).encode(encoding)
    people = read_roster("hr.csv", content, Settings(roster=Roster()))
    assert people[["name", "row"]].to_numpy().tolist() == [["Zo\u00eb \u20ac", 3]]


def test_every_bad_cell_is_named_at_once() -> None:
    content = (
        b"employee_id,email,status,start_date,end_date\n"
        b"1,ana,active,2026-02-30,\n"
        b"2,b@corp.example,sabbatical,01.02.2026,\n"
        b",,active,46295,\n"
        b"4,B@corp.example,left,2026-03-01,2026-02-01\n"
        b"1,,left,,\n"
    )
    with pytest.raises(TableError) as caught:
        read_roster("hr.csv", content, Settings(roster=Roster()))
    assert caught.value.problems == (
        "line 2, column start_date: '2026-02-30' is not a date such as 2026-12-15",
        "line 2, column email: 'ana' is not an e-mail address",
        "line 3, column start_date: '01.02.2026' is not a date such as 2026-12-15",
        "line 3, column status: 'sabbatical' is no word of roster.employed or roster.left",
        "line 4, column start_date: '46295' is not a date such as 2026-12-15",
        "line 4, column employee_id: neither employee id nor e-mail is filled",
        "line 5, column end_date: lies before the start date",
        "line 5, column email: B@corp.example stands in line 3 too",
        "line 6, column employee_id: 1 stands in line 2 too",
    )


def test_a_cell_that_says_nothing_is_empty() -> None:
    content = (
        b"employee_id,email,status,end_date,manager\n"
        b"n/a,a@b.example,-,-,?\n"
        b"N/A,b@b.example,active,0000-00-00,TBD\n"
        b"000,c@b.example,active,,c@b.example\n"
        b"E-7,none,left,,keine\n"
    )
    settings = Settings(roster=Roster(employed=("-", "active")))
    people = read_roster("hr.csv", content, settings)
    assert people["employee_id"].dropna().tolist() == ["E-7"]
    assert people["email"].isna().tolist() == [False, False, False, True]
    assert people["end_date"].isna().all()
    assert people["manager"].dropna().tolist() == ["c@b.example", "keine"]
    assert people["status"].tolist() == ["employed", "employed", "employed", "left"]
    own = replace(settings, attributes=Attributes(placeholders=("keine",)))
    with pytest.raises(TableError) as caught:
        read_roster("hr.csv", content, own)
    assert "line 3, column employee_id: N/A stands in line 2 too" in caught.value.problems


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\x81\x8d\x8f\x90\x9d", "not text in UTF-8, UTF-16 or Windows-1252"),
        (b"email,status\n", "holds headings and nobody under them"),
        (b'email,status\na@b.example,"x\n', "line 2 is no line of a CSV file"),
        (b"email,status\n\n\n\n", "nobody under them"),
        (b"name\nAna\n", "there is no heading status\n  there is neither a heading employee_id"),
        (
            b"email,E-Mail,e mail,status\na,b,c,d\n",
            "called:\n  the heading email stands more than once\n"
            "  the headings, in line 1: email, E-Mail, e mail, status",
        ),
        (
            b"\nE-Mails,status\na,b\n",
            "called:\n  uar.toml: roster.columns: there is no heading e-mail\n"
            "  the headings, in line 2: E-Mails, status",
        ),
    ],
)
def test_a_file_that_is_none(content: bytes, says: str) -> None:
    columns = MappingProxyType({"email": "e-mail"}) if b"E-Mail" in content else {}
    with pytest.raises(TableError, match=r"^hr.csv: ") as caught:
        read_roster("hr.csv", content, Settings(roster=Roster(columns=columns)))
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[roster]\nleft = ["gone"]\n\n[roster.columns]\n"status" = "State"\nemail = "Post"\n', 6),
        ('[reviewers]\nfallback = "a@b.example"\n[roster]\ncolumns = { email = "Post" }\n', 4),
        ('[roster]\ncolumns.email = "Post"\n', 2),
        ('roster.columns.email = "Post"\n[scope]\n', 1),
    ],
)
def test_a_heading_that_is_not_there_is_told_with_the_line_that_names_it(
    text: str, line: int
) -> None:
    settings = parse(text.encode(), "q4/own.toml")
    with pytest.raises(TableError) as caught:
        read_roster("hr.csv", b"State,E-mail\nactive,a@b.example\n", settings)
    assert str(caught.value).startswith("hr.csv: Say in q4/own.toml, [roster.columns], what")
    says = f"q4/own.toml, line {line}: roster.columns: there is no heading Post"
    assert says in caught.value.problems


def test_sync_freezes_the_list_and_detect_reads_it(tmp_path: Path) -> None:
    folder = tmp_path / "q4"
    bad = tmp_path / "bad.csv"
    bad.write_text("email,status\nana,active\n", "utf-8")
    with Sandbox(load(sample())) as tenant:
        keys = {"JUMPCLOUD_API_KEY": tenant.api_key, "JUMPCLOUD_BASE_URL": tenant.url}

        def run(*words: str) -> tuple[int, str]:
            result = CliRunner().invoke(main, words, env=keys)
            return result.exit_code, result.output

        assert run("sync", str(folder), "--roster", str(bad))[0] == 4
        assert not folder.exists()
        code, said = run("sync", str(folder), "--roster", str(SAMPLE))
        assert code == 0
        assert "HR's list hr_roster.csv: 24 employed, 3 left." in said
        assert "leading zeros" not in said
        assert "Read from both ends: 10 users and 8 applications, chosen" in said
    line = Folder(folder).ledger()[0]
    came = {"roster": "hr_roster.csv", "sha256": digest(SAMPLE.read_bytes())}
    assert line["facts"] == {**came, "employed": 24, "left": 3}
    found = CliRunner().invoke(main, ["detect", str(folder), "--json"])
    names: dict[str, set[str]] = {}
    for row in json.loads(found.stdout):
        names.setdefault(row["detection"], set()).add(row["subject_name"])
    assert names["LIF-01"] == {"Jonas Wikström", "Luca Brandt", "Petra Gallowhill"}
    assert "LIF-02" not in names
    assert names["LIF-03"] == {"Dana Kirsch"}
    assert names["LIF-11"] == {"Elif Starling"}
    assert names["LIF-13"] == {"Saoirse Kettle"}
    assert "snapshot/roster.jsonl" in Folder(folder).ledger()[1]["read"]


def test_lif_01_finds_who_has_left() -> None:
    found, coverage = detect(
        "LIF-01",
        facts(
            [
                user("ana"),
                user("bea", employee_id=None),
                admin("cid"),
                user("dan"),
                user("eve", status="suspended"),
                user("fay", status="unknown"),
                user("gus", email="hal@corp.example"),
                user("ivy"),
                user("jon"),
                user("kay", status="staged"),
            ],
            roster=[
                employee("ana", status="left", end_date=day("2026-11-19")),
                employee("bea", status="left"),
                employee("cid", status="left"),
                employee("dan", status="left", end_date=day("2026-11-20")),
                employee("eve", status="left"),
                employee("fay", status="left"),
                employee("gus", status="left"),
                employee("hal", status="left"),
                employee("ivy"),
            ],
        ),
    )
    assert sorted(found) == ["admin:cid", "user:ana", "user:bea"]
    assert found["user:ana"]["severity"] == "critical"
    assert found["user:ana"]["says"] == (
        "The user ana is active, but HR says that Ana Quine left on 2026-11-19."
    )
    assert found["user:bea"]["says"].endswith("has left.")
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (7, 2)


def test_lif_02_finds_a_contract_that_is_over() -> None:
    found, coverage = detect(
        "LIF-02",
        facts(
            [user(name) for name in ("ana", "bea", "cid", "dan")]
            + [user("eve", status="unknown"), user("fay", email="gus@corp.example")]
            + [user("hal", status="suspended"), user("ivy"), user("jon", status="unknown")],
            roster=[
                employee("ana", end_date=day("2026-11-19")),
                employee("bea", end_date=day("2026-11-20")),
                employee("cid"),
                employee("dan", status="left", end_date=day("2026-11-01")),
                employee("eve", end_date=day("2026-11-01")),
                employee("fay", end_date=day("2026-11-01")),
                employee("gus", end_date=day("2026-11-01")),
                employee("hal", end_date=day("2026-11-01")),
            ],
        ),
    )
    assert list(found) == ["user:ana"]
    assert "the last day that HR states for Ana Quine was 2026-11-19." in found["user:ana"]["says"]
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (5, 2)


def test_of_an_administrator_without_a_name_the_person_is_named() -> None:
    ana = user("ana", linked_admin_id="jumpcloud:admin:root")
    root = admin("root", name=None)
    for detection, said in (
        ("LIF-01", {"status": "left"}),
        ("LIF-02", {"end_date": day("2026-11-01")}),
    ):
        found, _ = detect(detection, facts([ana, root], roster=[employee("ana", **said)]))
        assert "HR" in found["admin:root"]["says"]
        assert " Ana Quine " in found["admin:root"]["says"]
    signed_in = use("admin:root", "sign-in")
    left = employee("ana", status="left", end_date=day("2026-11-01"))
    found, _ = detect("LIF-05", facts([ana, root], roster=[left], uses=[signed_in]))
    assert "used after Ana Quine left on" in found["admin:root"]["says"]


def test_lif_03_finds_whom_hr_does_not_know() -> None:
    found, coverage = detect(
        "LIF-03",
        facts(
            [
                user("ana"),
                user("bea"),
                user(
                    "bea2", employee_id=None, name="Bea Quine", alternate_email="bea@corp.example"
                ),
                user("cid", employee_id=" e-CID "),
                user("svc", service_like=True),
                user("dan", email=None, employee_id=None),
                user("eve", status="unknown"),
                admin("fay"),
            ],
            roster=[employee("bea"), employee("cid", email=None)],
        ),
    )
    assert list(found) == ["user:ana"]
    assert found["user:ana"]["severity"] == "high"
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (6, 2)


def test_lif_03_leaves_out_what_uar_toml_names_as_a_service() -> None:
    owners = ServiceAccounts(owners={"SCAN": "bea@corp.example"})
    settings = Settings(service_accounts=owners)
    world = facts([user("scan"), user("bea")], roster=[employee("bea")], settings=settings)
    found, coverage = detect("LIF-03", world)
    assert not found
    assert coverage["looked_at"] == 1


def numbered(name: str, number: str | None, /, **different: Any) -> Row:
    return user(name, employee_id=number, email=f"{name}@other.example", **different)


ZEROS = [
    numbered("ana", "00123"),
    numbered("bea", "E-007"),  # no number: a spreadsheet leaves it alone
    numbered("cid", "0045"),  # JumpCloud has both
    numbered("dan", "45"),
    numbered("eve", "067"),  # HR's list has both
    numbered("fay", "0"),
    numbered("gus", "0088"),
    numbered("hal", "0099"),  # found by the e-mail
]
THEIRS = [
    employee("x", employee_id="123"),
    employee("bea", 2, employee_id="E-7", email=None),
    employee("y", employee_id="00045", email=None),
    employee("z", employee_id="67", email=None),
    employee("z2", employee_id="0067", email=None),
    employee("o", employee_id="00", email=None),
    employee("gus", employee_id="88", email=None, status="left"),
    employee("hal", employee_id="99", email="hal@other.example"),
]


def test_an_employee_id_without_its_zeros_is_told_and_joins_nobody() -> None:
    """Nor does it where it would be wrong: another company's 123 is not our 00123."""
    world = facts(ZEROS, roster=THEIRS)
    pairs = shortened(world.accounts, ROSTER.frame(THEIRS))
    told = sorted(zip(pairs["employee_id"], pairs["hr_employee_id"], strict=True))
    assert told == [("00123", "123"), ("0088", "88"), ("0099", "99")]
    found, _ = detect("LIF-03", world)
    said = {name[5:]: row["says"].partition("HR's list")[2] for name, row in found.items()}
    assert said == {
        "ana": "; the list has the employee id 123, of somebody employed: it is 00123 but for "
        "leading zeros.",
        "bea": ".", "cid": ".", "dan": ".", "eve": ".", "fay": ".",
        "gus": "; the list has the employee id 88, of somebody who has left: it is 0088 but for "
        "leading zeros.",
    }  # fmt: skip
    absent, _ = detect("LIF-11", world)
    assert {name: row["says"].partition("no account")[2] for name, row in absent.items()} == {
        "hr:123": "; the employee id 00123 in JumpCloud is the same but for leading zeros.",
        "hr:E-7": ".", "hr:00045": ".", "hr:67": ".", "hr:0067": ".", "hr:00": ".",
    }  # fmt: skip
    assert not detect("LIF-01", world)[0]  # the leaver 88 is nobody's


@pytest.mark.parametrize(
    ("ids", "says"),
    [
        (
            ("00042", "0043"),
            "2 employee ids of HR's list differ from JumpCloud's by leading zeros only, such as",
        ),
        (("00042", "E-43"), "1 employee id of HR's list differs from JumpCloud's by leading"),
        (("42", "43"), ""),
    ],
)
def test_sync_tells_what_a_spreadsheet_may_have_done(
    tmp_path: Path, ids: tuple[str, str], says: str
) -> None:
    state = load(sample())
    for person, number in zip(state["systemusers"], ids, strict=False):
        person["employeeIdentifier"] = number
    short = tmp_path / "hr.csv"
    short.write_text("employee_id,status\n42,active\n43,left\n", "utf-8")
    with Sandbox(state) as tenant:
        keys = {"JUMPCLOUD_API_KEY": tenant.api_key, "JUMPCLOUD_BASE_URL": tenant.url}

        def run(folder: str, *words: str) -> Result:
            given = ("sync", str(tmp_path / folder), "--roster", str(short), *words)
            return CliRunner().invoke(main, given, env=keys)

        said = " ".join(run("q4").stdout.split())
        assert says in said
        assert ("42 in the list and 00042 in JumpCloud" in said) == bool(says)
        told = json.loads(run("again", "--json").stdout)
        assert told["roster"]["ids_without_zeros"] == int(says[:1] or 0)
        assert told["cross_check"]["users"] == 10
        assert told["cross_check"]["applications"] == 8


@given(
    st.lists(st.sampled_from([None, "7", "07", "007", "x7", "0", "70"]), max_size=6),
    st.lists(st.sampled_from([None, "7", "07", "007", "x7", "0", "70"]), max_size=6),
)
def test_each_id_is_told_at_most_once(ours: list[str | None], theirs: list[str | None]) -> None:
    accounts = pd.DataFrame({"employee_id": pd.Series(ours, dtype="string")})
    roster = pd.DataFrame({"employee_id": pd.Series(theirs, dtype="string")}).drop_duplicates()
    pairs = shortened(accounts, roster.assign(row=range(len(roster))))
    assert pairs["employee_id"].is_unique
    assert pairs["hr_employee_id"].is_unique
    for one, other, _ in pairs.itertuples(index=False):
        assert one != other
        assert int(one) == int(other) > 0
        assert not {one, other} <= {*ours}
        assert not {one, other} <= {*theirs}


def test_lif_11_finds_who_has_no_account() -> None:
    roster = [
        employee("ana"),
        employee("bea"),
        employee("cid", status="left"),
        employee("dan", start_date=day("2026-12-01")),
        employee("eve", start_date=None, employee_id=None, name=None),
        employee("fay", end_date=day("2026-11-01")),
        employee("gus", start_date=NOW),
    ]
    found, coverage = detect("LIF-11", facts([user("ana")], roster=roster))
    assert sorted(found) == ["hr:E-bea", "hr:E-gus", "hr:eve@corp.example"]
    assert found["hr:E-bea"]["says"] == "HR's list has Bea Quine (E-bea), who has no account."
    nameless = found["hr:eve@corp.example"]
    assert nameless["subject_name"] == "eve@corp.example"
    assert nameless["says"] == "HR's list has eve@corp.example, who has no account."
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (4, 0)


def test_lif_13_finds_who_is_placed_differently() -> None:
    found, coverage = detect(
        "LIF-13",
        facts(
            [
                user("boss", manager_id=None),
                user("ana", department="Sales", title="n/a"),
                user("bea", title=" analyst "),
                user("cid", manager_id="jumpcloud:user:ana"),
                user("dan", department=None, title=None, manager_id=None),
                user("eve", status="unknown", department="Sales"),
                user("fay", department="Sales"),
            ],
            roster=[employee(name) for name in ("boss", "ana", "bea", "cid", "dan", "eve")],
        ),
    )
    assert sorted(found) == ["user:ana", "user:cid"]
    assert found["user:ana"]["says"] == (
        "For the user ana, the department is Finance in HR and Sales in JumpCloud."
    )
    assert found["user:cid"]["says"] == (
        "For the user cid, the manager is Boss Quine (boss@corp.example) in HR and "
        "Ana Quine (ana@corp.example) in JumpCloud."
    )
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (6, 2)
