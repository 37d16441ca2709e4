"""What every detection must keep, whatever it looks for. New ones are found by themselves."""

from __future__ import annotations

import ast
import datetime as dt
import inspect
import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import uar.detections
import uar.previous
from tests.detections.examples import Case, World, examples
from tests.detections.world import Row, admin, earlier, employee, facts, grant, service, thing, user
from uar.detections import SECTIONS, Detection, Facts, detections, modules, run
from uar.detections._elsewhere import ELSEWHERE
from uar.errors import UarError
from uar.settings import Attributes, Domains, Employment, Settings, SodRule, Temporary
from uar.snapshot import Snapshot, to_lines
from uar.tables import ACCOUNTS, ENTITLEMENTS, FINDINGS, SEVERITIES

SNAPSHOT_TABLES = ("accounts", "entitlements", "grants", "collections", "gaps", "uses", "contents")
PREVIOUS_TABLES = tuple(table.name for table in uar.previous.TABLES)
# What a detection does not run without.
EVERYTHING_SET = Settings(
    domains=Domains(own=("corp.example",)),
    sod=(SodRule("Both", ("it", "pay")),),
    temporary=(Temporary("ana", "it", dt.date(2026, 1, 1)),),
    employment=Employment(employees_only=("it",)),
)
EXAMPLES = examples()
EVERY = [pytest.param(module.DETECTION, id=id_) for id_, module in modules().items()]
EXPECTED = {"found": True, "fine": False, "untold": None}
CASES = [
    pytest.param(module.DETECTION, answer, id=f"{id_} {answer}")
    for id_, module in modules().items()
    for answer in EXPECTED
    if getattr(EXAMPLES[id_], answer)
]


def worlds(detection: Detection) -> list[Facts]:
    """The worlds of its examples."""
    example = EXAMPLES[detection.id]
    cases = [example.found, example.fine, example.untold]
    return [made(make) for make in dict.fromkeys(case.world for case in cases if case)]


@cache
def made(make: World) -> Facts:
    """Once for all tests: that a detection changes nothing is one of them."""
    return make()


def many_things_wrong() -> tuple[list[Row], list[Row], list[Row]]:
    accounts = [
        user("boss", manager_id=None),
        user("ana", department=None, title="n/a", linked_admin_id=None),
        admin("ana"),
        admin("bea+admin", name="Bea Quine"),
        user("bea", status="suspended", alternate_email="bea@home.example", ssh_keys="k1 k2"),
        user("bea2", email="bea@home.example", employee_id=None, name="Bea Quine", ssh_keys="k2"),
        user("cid", email="cid(at)corp.example", manager_id="jumpcloud:user:cid", mfa=False),
        user("dan", manager_id="jumpcloud:user:bea", sudo=True, password_never_expires=True),
        user("eve", manager_id="jumpcloud:user:gone", company=None, employee_type=None),
        user("eve2", name="Eve Quine", unix_uid="77", employee_id="E-77"),
        user("fay", manager_id="jumpcloud:user:gus", unix_uid="77"),
        user("gus", manager_id="jumpcloud:user:fay"),
        user("hal"),
        user("hal2", employee_id=None, name="Hal Quine", alternate_email="hal@corp.example"),
        user("ivy", status="suspended"),
        admin("ivy"),
        admin("orphan", name="Console", mfa=False),
        service("export"),
    ]
    entitlements = [
        thing("group", "it", privileged=True),
        thing("group", "empty"),
        thing("app", "pay"),
        thing("role", "Administrator With Billing"),
        thing("role", "Wizard"),
    ]
    grants = [
        grant("user:ana", "group:it"),
        grant("user:ana", "app:pay"),
        grant("user:bea", "group:it"),
        grant("group:it", "app:pay"),
        grant("admin:orphan", "role:Administrator With Billing"),
        grant("admin:ana", "role:Wizard"),
    ]
    return accounts, entitlements, grants


def wrong_roster() -> list[Row]:
    return [
        employee("ana", status="left", end_date="2026-10-01T00:00:00Z"),
        employee("dan", end_date="2026-11-01T00:00:00Z", department="Sales"),
        employee("zed"),
    ]


@cache
def world_of_wrongs(back: bool = False) -> Facts:
    step = -1 if back else 1
    over = {
        "finding": "ADM-01:jumpcloud:admin:orphan",
        "reason": "For emergencies",
        "approver": "Bo",
        "expires": "2026-11-19T00:00:00Z",
        "line": 1,
    }
    things = (rows[::step] for rows in many_things_wrong())
    world = facts(
        *things, settings=EVERYTHING_SET, roster=wrong_roster()[::step], exceptions=[over]
    )
    return replace(world, previous=earlier(world))


def turned(world: Facts) -> Facts:
    """The same facts with every table upside down."""

    def back(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[::-1].reset_index(drop=True)

    def snapshot(of: Snapshot) -> Snapshot:
        return replace(of, **{name: back(getattr(of, name)) for name in SNAPSHOT_TABLES})

    previous = world.previous and replace(
        world.previous,
        snapshot=snapshot(world.previous.snapshot),
        **{name: back(getattr(world.previous, name)) for name in PREVIOUS_TABLES},
    )
    given = {
        name: frame if frame is None else back(frame)
        for name in ("roster", "exceptions", "persons", "links")
        for frame in [getattr(world, name)]
    }
    return replace(world, snapshot=snapshot(world.snapshot), previous=previous, **given)


def tables(world: Facts) -> dict[str, pd.DataFrame]:
    """Everything that a detection could change."""
    frames = {"accounts with persons": world.accounts}
    for name in ("persons", "links", "roster", "exceptions"):
        frames[name] = getattr(world, name)
    snapshots = {"": world.snapshot}
    if world.previous:
        snapshots["earlier "] = world.previous.snapshot
        frames |= {f"earlier {name}": getattr(world.previous, name) for name in PREVIOUS_TABLES}
    for prefix, of in snapshots.items():
        frames |= {prefix + name: getattr(of, name) for name in SNAPSHOT_TABLES}
    return {name: frame for name, frame in frames.items() if frame is not None}


def judged(detection: Detection, world: Facts) -> tuple[bytes, bytes]:
    findings, coverage = run(world, [detection])
    return to_lines(findings), to_lines(coverage)


@pytest.mark.parametrize("detection", EVERY)
def test_nothing_in_nothing_out(detection: Detection) -> None:
    nothing = facts([], settings=EVERYTHING_SET)
    findings, coverage = run(replace(nothing, previous=earlier(nothing)), [detection])
    assert findings.empty
    row = coverage.iloc[0]
    assert (row["found"], row["cannot_tell"]) == (0, 0)


@pytest.mark.parametrize("detection", EVERY)
def test_what_is_unknown_is_no_finding_and_is_counted(detection: Detection) -> None:
    def unknown(rows: list[Row], table: Any) -> list[Row]:
        needed = {column.name for column in table.columns if column.needed}
        return [{key: row[key] for key in row if key in needed} for row in rows]

    accounts, entitlements, _ = many_things_wrong()
    nameless = [row | {"status": "unknown"} for row in unknown(accounts, ACCOUNTS)]
    vague = [row | {"name": "x"} for row in unknown(entitlements, ENTITLEMENTS)]
    world = facts(nameless, vague, [], EVERYTHING_SET, collected=())
    findings, coverage = run(replace(world, previous=earlier(world)), [detection])
    assert findings.empty, findings["says"].tolist()
    row = coverage.iloc[0]
    assert row["cannot_tell"] == row["looked_at"], "something unknown was taken for fine"


@pytest.mark.parametrize("detection", EVERY)
def test_it_has_an_example(detection: Detection) -> None:
    assert detection.id in EXAMPLES, "add one to tests/detections/examples"


@pytest.mark.parametrize(("detection", "answer"), CASES)
def test_it_finds_it_leaves_alone_and_it_cannot_tell(detection: Detection, answer: str) -> None:
    case: Case = getattr(EXAMPLES[detection.id], answer)
    world = made(case.world)
    row = run(world, [detection])[1].iloc[0]
    assert pd.isna(row["not_run"]), row["not_run"]
    judged = detection.tell(world, detection.judge(world))
    subject = judged["subject"].astype("string").str.replace("jumpcloud:", "", regex=False)
    hits = judged.set_index(subject)["hit"]
    hit = hits.astype("boolean")[case.subject]
    assert (None if pd.isna(hit) else bool(hit)) is EXPECTED[answer]


@pytest.mark.parametrize("detection", EVERY)
def test_the_order_of_rows_does_not_matter(detection: Detection) -> None:
    assert judged(detection, world_of_wrongs()) == judged(detection, world_of_wrongs(back=True))
    for world in worlds(detection):
        assert judged(detection, world) == judged(detection, turned(world))


@pytest.mark.parametrize("detection", EVERY)
def test_facts_are_left_alone(detection: Detection) -> None:
    for world in (world_of_wrongs(), *worlds(detection)):
        before = {name: frame.copy(deep=True) for name, frame in tables(world).items()}
        run(world, [detection])
        for name, frame in tables(world).items():
            pd.testing.assert_frame_equal(frame, before[name], obj=name)


@pytest.mark.parametrize("detection", EVERY)
def test_a_finding_is_about_something_there(detection: Detection) -> None:
    found = [
        (world, row)
        for world in (world_of_wrongs(), *worlds(detection))
        for row in run(world, [detection])[0].to_dict("records")
    ]
    for world, row in found:
        assert row["id"] == f"{detection.id}:{row['subject']}"
        about = "" if pd.isna(row["accounts"]) else row["accounts"]
        assert set(about.split()) <= set(world.snapshot.accounts["account_id"])
        says = row["says"]
        assert says[0].isupper() or not says[0].isalpha(), says
        assert says.endswith("."), says
        assert not re.search(r"<NA>|\bnan\b|None|True|False|  |\{|\.\.", says), says


@pytest.mark.parametrize("detection", EVERY)
def test_its_file_is_called_as_it_is(detection: Detection) -> None:
    module = modules()[detection.id]
    prefix = detection.id.lower().replace("-", "_")
    assert module.__name__.rpartition(".")[2].startswith(prefix + "_")
    assert detection.severity in SEVERITIES


@pytest.mark.parametrize("detection", EVERY)
def test_it_is_documented(detection: Detection) -> None:
    lines = (modules()[detection.id].__doc__ or "").splitlines()
    assert lines[0].endswith("."), "the first line is one sentence"
    headings = [line for line in lines[1:] if line and not line.startswith(" ")]
    assert headings == list(SECTIONS)
    body = [line for line in lines[1:] if line.startswith(" ")]
    assert len(body) >= len(SECTIONS)
    assert all(line.startswith("    ") for line in body)
    controls = " ".join(lines[lines.index("Controls") :][1:4])
    for framework in ("NIST SP 800-53", "SOC 2", "ISO/IEC 27001:2022", "PCI DSS"):
        assert framework in controls


@pytest.mark.parametrize("detection", EVERY)
def test_every_severity_that_it_gives_is_documented(detection: Detection) -> None:
    module = modules()[detection.id]
    text = (module.__doc__ or "").partition("\nSeverity\n")[2]
    told = {word for word in re.findall("[a-z]+", text.lower()) if word in SEVERITIES}
    code = ast.walk(ast.parse(inspect.getsource(module)))
    given = {one.value for one in code if isinstance(one, ast.Constant)} & set(SEVERITIES)
    assert detection.severity in given <= told


def test_findings_are_the_worst_first_and_the_same_every_time() -> None:
    first = run(world_of_wrongs(), detections())[0]
    again = run(world_of_wrongs(), detections()[::-1])[0]
    assert to_lines(first) == to_lines(again)
    ranks = first["severity"].map(SEVERITIES.index).tolist()
    assert ranks == sorted(ranks)


def test_importing_the_package_imports_no_detection() -> None:
    code = (
        "import sys, uar.detections\n"
        "assert not [name for name in sys.modules if name.startswith('uar.detections.')]\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_file_is_found_unless_it_is_private() -> None:
    files = Path(uar.detections.__file__).parent.glob("[a-z]*.py")
    assert len(modules()) == len(list(files))


def every_account(world: Facts) -> pd.DataFrame:
    return uar.detections.each(world.accounts, world.accounts["active"])


def test_a_missing_input_and_an_unwanted_question_are_not_run() -> None:
    needy = Detection("X-01", "x", "low", "x", every_account, needs=("roster",))
    unwanted = replace(needy, needs=(), unwanted=lambda settings: "nobody asked")
    findings, coverage = run(
        replace(facts([user("ana")]), roster=None), [needy, replace(unwanted, id="X-02")]
    )
    assert findings.empty
    assert coverage["not_run"].tolist() == ["no roster given", "nobody asked"]
    assert coverage[["found", "looked_at", "cannot_tell", "accepted"]].isna().all(axis=None)


def test_a_detection_that_raises_stops_the_run() -> None:
    class Broken(UarError):
        pass

    def judge(_: Facts) -> pd.DataFrame:
        raise Broken

    with pytest.raises(Broken):
        run(facts([]), [Detection("X-01", "x", "low", "x", judge)])


def test_a_row_can_be_worse_than_its_detection_and_text_stays_text() -> None:
    def judge(world: Facts) -> pd.DataFrame:
        severity = pd.Series(["critical", None], dtype="string")
        return uar.detections.each(world.accounts, world.accounts["active"], severity=severity)

    detection = Detection("X-01", "x", "low", "{shown} is here.", judge)
    findings, _ = run(facts([user("ana"), user("bea", name="{login.__class__}")]), [detection])
    assert findings["severity"].tolist() == ["critical", "low"]
    assert findings["says"].tolist() == ["Ana Quine is here.", "{login.__class__} is here."]


def test_settings_decide_which_attributes_are_asked_for() -> None:
    world = facts([user("ana")], settings=Settings(attributes=Attributes(required=("title",))))
    _, coverage = run(world, detections())
    reasons = coverage.set_index("detection")["not_run"].dropna()
    reasons = reasons[reasons.index.str.startswith("ATR")]
    assert list(reasons.index) == ["ATR-01", "ATR-03", "ATR-04", "ATR-05", "ATR-06"]
    assert reasons["ATR-01"] == "[attributes] does not require department"


def test_the_tables_are_the_promised_ones() -> None:
    findings, _ = run(facts([]), [])
    assert tuple(findings.columns) == FINDINGS.names


def test_the_catalogue_is_whole() -> None:
    """Every id of it is a detection, or is seen to by another command."""
    numbers = {
        "DUP": 7, "ADM": 11, "ATR": 9, "MGR": 6, "LIF": 12, "AUT": 8, "NHI": 6, "ENT": 13, "GRP": 8,
        "PRC": 15,
    }  # fmt: skip
    wanted = {f"{kind}-{n:02}" for kind, last in numbers.items() for n in range(1, last + 1)}
    assert wanted <= set(modules()) | set(ELSEWHERE)
    assert not set(modules()) & set(ELSEWHERE)
