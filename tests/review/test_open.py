"""uar open: a step of the folder, in its turn, once."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from tests.review.world import HEADER, access_of, entitlement, person, world
from tests.seal.conftest import beside_the_snapshot
from uar.cli import main
from uar.commands._evidence import load
from uar.folder import Folder
from uar.snapshot import to_files
from uar.tieout import tie_out

AT = "2026-11-20T09:00:00Z"
TOML = '[campaign]\nperiod = "2026-Q4"\n[reviewers]\nfallback = "boss@example.com"\n'


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder that has been synced."""
    (tmp_path / "uar.toml").write_text(TOML, "utf-8")
    known = world(
        [person("ann", manager="mia"), person("mia"), person("boss")],
        [entitlement("app:payroll")],
        [access_of("jumpcloud:app:payroll", f"jumpcloud:user:{name}") for name in ("ann", "mia")],
    )
    with Folder(tmp_path / "q4").locked(create=True) as folder:
        folder.write("sync", to_files(known.snapshot), at=AT)
    return tmp_path


def detected(place: Path, name: str = "q4") -> None:
    words = ["detect", str(place / name), "--settings", str(place / "uar.toml")]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output


def opening(place: Path, *more: str) -> Result:
    words = ["open", str(place / "q4"), "--settings", str(place / "uar.toml"), *more]
    return CliRunner().invoke(main, words)


def test_it_comes_after_detect(place: Path) -> None:
    done = opening(place)
    assert done.exit_code == 5
    assert "run uar detect" in done.output


def test_it_writes_items_campaign_and_workbooks(place: Path) -> None:
    detected(place)
    done = opening(place)
    assert done.exit_code == 0, done.output
    assert "2 items for 2 reviewers" in done.output
    assert "2026-Q4 mia-doe.xlsx" in done.output
    folder = Folder(place / "q4")
    assert len(folder.names("workbooks/")) == 2
    assert folder.verify()[1] is None
    campaign = json.loads(folder.read("campaign.json", "open"))
    assert campaign["population_root"] == folder.ledger()[-1]["facts"]["population_root"]


def test_it_is_never_done_twice(place: Path) -> None:
    detected(place)
    opening(place)
    again = opening(place)
    assert again.exit_code == 5
    assert "already there" in again.output


def test_machines_get_the_campaign(place: Path) -> None:
    detected(place)
    done = CliRunner().invoke(
        main, ["open", str(place / "q4"), "--settings", str(place / "uar.toml"), "--json"]
    )
    assert json.loads(done.stdout)["items"] == 2


def test_a_fallback_who_is_nobody_is_told_with_the_line(place: Path) -> None:
    detected(place)
    (place / "uar.toml").write_text(TOML.replace("boss@", "nobody@"), "utf-8")
    done = opening(place)
    assert done.exit_code == 2
    assert "uar.toml, line 4: reviewers.fallback" in done.output
    assert not Folder(place / "q4").has("items.jsonl")


NO_FALLBACK = TOML.replace('fallback = "boss@example.com"\n', "")


@pytest.mark.parametrize(
    ("step", "text", "says"),
    [
        ("open", NO_FALLBACK, "under [reviewers.owners], in {file}:"),
        ("open", TOML.replace("boss@", "no@"), "{file}, line 4: reviewers.fallback"),
        ("plan", TOML + '[apply]\nprotected = ["no"]\n', "{file}, line 6: apply.protected: no acc"),
        ("detect", TOML + '[domains]\nown = ["no.example"]\n', "{file}, line 6: domains.own: no"),
    ],
)
def test_the_settings_file_that_was_read_is_the_one_that_is_named(
    place: Path, step: str, text: str, says: str
) -> None:
    detected(place)
    file = place / "audit" / "quarter.toml"
    file.parent.mkdir()
    file.write_text(text, "utf-8")
    done = CliRunner().invoke(main, [step, str(place / "q4"), "--settings", str(file)])
    assert done.exit_code == 2, done.output
    told = " ".join(done.output.replace("\n", " ").split())
    assert says.format(file=file) in told, told
    assert "uar.toml" not in told


def reviewed_before(place: Path) -> None:
    """The quarter before, in which only Ann's access was there, and nobody answered."""
    known = world(
        [person("ann", manager="boss"), person("mia"), person("boss")],
        [entitlement("app:payroll")],
        [access_of("jumpcloud:app:payroll", "jumpcloud:user:ann")],
        header=replace(HEADER, finished_at="2026-08-20T09:00:00Z"),
    )
    with Folder(place / "q3").locked(create=True) as folder:
        folder.write("sync", to_files(known.snapshot), at="2026-08-20T09:00:00Z")
    detected(place, "q3")
    words = ["open", str(place / "q3"), "--settings", str(place / "uar.toml")]
    assert CliRunner().invoke(main, words).exit_code == 0


def texts_of(place: Path, workbook: str) -> list[dict[str, str]]:
    sheet = load_workbook(place / "q4" / "workbooks" / workbook)["Decisions"]
    headings, *rows = list(sheet.iter_rows(min_row=2, values_only=True))
    return [dict(zip(headings, map(str, row), strict=True)) for row in rows]  # type: ignore[arg-type]


def test_the_review_before_is_shown_frozen_and_rebuilt(place: Path) -> None:
    reviewed_before(place)
    detected(place)
    done = opening(place, "--previous", str(place / "q3"))
    assert done.exit_code == 0, done.output
    assert "Since User access review 2026-Q4: 1 new, 1 changed." in done.output
    (row,) = texts_of(place, "2026-Q4 mia-doe.xlsx")
    assert row["New or changed"] == "Changed\nmanager Boss Doe → Mia Doe"
    assert row["Last decision"] == "Not reviewed"
    (row,) = texts_of(place, "2026-Q4 boss-doe.xlsx")
    assert row["New or changed"] == "New"
    shutil.rmtree(place / "q3")  # the review knows it by itself
    again = CliRunner().invoke(main, ["rebuild", str(place / "q4"), str(place / "again"), "--json"])
    files = beside_the_snapshot(again)
    assert set(files) >= {"items.jsonl", "workbooks/2026-Q4 mia-doe.xlsx"} and all(files.values())
    assert Folder(place / "q4").verify()[1] is None


def test_columns_of_the_review_before_are_hidden_without_one(place: Path) -> None:
    detected(place)
    opening(place)
    sheet = load_workbook(place / "q4" / "workbooks" / "2026-Q4 mia-doe.xlsx")["Decisions"]
    hidden = [
        sheet[f"{letter}2"].value
        for letter, column in sheet.column_dimensions.items()
        if column.hidden
    ]
    assert hidden == ["New or changed", "Last decision", "Last reason"]


def test_what_the_log_tells_of_is_shown_also_without_a_review_before(place: Path) -> None:
    grant = access_of("jumpcloud:app:payroll", "jumpcloud:user:ann")["grant_id"]
    given = {
        "given_id": f"{grant}@given", "grant_id": grant, "given_at": "2026-11-12T10:00:00Z",
        "given_by": "root@example.com",
    }  # fmt: skip
    known = world(
        [person("ann", manager="mia"), person("mia", manager="boss"), person("boss")],
        [entitlement("app:payroll")],
        [access_of("jumpcloud:app:payroll", f"jumpcloud:user:{who}") for who in ("ann", "mia")],
        given=[given],
    )
    with Folder(place / "q2").locked(create=True) as folder:
        folder.write("sync", to_files(known.snapshot), at="2026-11-20T09:00:00Z")
    detected(place, "q2")
    words = ["open", str(place / "q2"), "--settings", str(place / "uar.toml")]
    assert CliRunner().invoke(main, words).exit_code == 0
    for name, says in (("mia", "Given 12 Nov 2026 by root@example.com"), ("boss", None)):
        book = place / "q2" / "workbooks" / f"2026-Q4 {name}-doe.xlsx"
        sheet = load_workbook(book)["Decisions"]
        [column] = [each for each in sheet[2] if each.value == "New or changed"]
        assert not sheet.column_dimensions[column.column_letter].hidden
        assert sheet.cell(3, column.column).value == says


def test_what_is_out_of_scope_is_counted_and_ties_out(place: Path) -> None:
    detected(place)
    scope = '[[scope.leave_out]]\nperson = ["mia@example.com"]\nreason = "On a world tour."\n'
    (place / "uar.toml").write_text(TOML + scope, "utf-8")
    done = opening(place)
    assert "Not in the population: 1 grant. On a world tour." in done.output
    evidence = load(Folder(place / "q4"))
    assert evidence.excluded is not None and len(evidence.excluded) == 1
    equations = [each for each in tie_out(evidence).equations if each.name.startswith("population")]
    assert len(equations) == 3 and all(each.holds for each in equations)
    lost = replace(evidence, excluded=None)
    assert not all(each.holds for each in tie_out(lost).equations)
    again = CliRunner().invoke(main, ["rebuild", str(place / "q4"), str(place / "again"), "--json"])
    files = beside_the_snapshot(again)
    assert files["excluded.jsonl"] and all(files.values())


def test_a_reviewer_with_several_workbooks_is_counted_once(place: Path) -> None:
    known = world(
        [person("ann"), person("bo"), person("boss"), person("mia")],
        [entitlement("app:payroll"), entitlement("app:wiki")],
        [
            access_of(f"jumpcloud:app:{app}", f"jumpcloud:user:{who}")
            for app in ("payroll", "wiki")
            for who in ("ann", "bo")
        ],
    )
    with Folder(place / "q2").locked(create=True) as folder:
        folder.write("sync", to_files(known.snapshot), at="2026-11-20T09:00:00Z")
    detected(place, "q2")
    owners = '\n[reviewers.owners]\n"Payroll" = "mia@example.com"\n"Wiki" = "mia@example.com"\n'
    toml = TOML.replace("[reviewers]\n", '[reviewers]\nworkbook_per = "application"\n') + owners
    (place / "uar.toml").write_text(toml, "utf-8")
    words = ["open", str(place / "q2"), "--settings", str(place / "uar.toml")]
    done = CliRunner().invoke(main, words)
    assert done.output.startswith("4 items for 1 reviewer in 2 workbooks, "), done.output
