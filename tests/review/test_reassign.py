"""uar reassign: open items go to another reviewer, and every later step asks the right one."""

from __future__ import annotations

import csv
import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from tests.review.world import Row, access_of, entitlement, finding, person, world
from tests.workbooks.test_brand import png
from uar.cli import main
from uar.folder import Folder
from uar.sheet import DECISION, HEADINGS, REASON
from uar.snapshot import to_files, to_lines
from uar.tables import COVERAGE, LINKS

AT = "2026-11-20T09:00:00Z"
TOML = '[campaign]\nperiod = "2026-Q4"\n[reviewers]\nfallback = "boss@example.com"\n'
APPS = ("crm", "erp", "payroll")


@pytest.fixture
def review(tmp_path: Path) -> Path:
    """Ann and Zoe, whose manager is Mia; Mia's own items go to the boss. Max is free to help."""
    people = [
        person("ann", manager="mia"), person("zoe", manager="mia"), person("mia"), person("boss"),
        person("max"), person("sue", status="suspended"),
        person("ann-adm", kind="admin", email="ann@example.com"),
    ]  # fmt: skip
    known = world(
        people,
        [entitlement(f"app:{app}") for app in APPS],
        [
            access_of(f"jumpcloud:app:{app}", f"jumpcloud:user:{name}")
            for app in APPS
            for name in ("ann", "zoe", "mia")
        ],
        [finding("jumpcloud:user:ann", "The user has no department.")],
    )
    settings = tmp_path / "uar.toml"
    settings.write_text(TOML, "utf-8")
    files = {
        "persons.jsonl": to_lines(known.persons),
        "links.jsonl": to_lines(LINKS.empty()),
        "findings.jsonl": to_lines(known.findings),
        "coverage.jsonl": to_lines(COVERAGE.empty()),
    }
    with Folder(tmp_path / "q4").locked(create=True) as folder:
        folder.write("sync", to_files(known.snapshot), at=AT)
        folder.write("detect", files, at=AT)
    assert run("open", tmp_path / "q4", "--settings", settings).exit_code == 0
    return tmp_path / "q4"


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def move(review: Path, giver: str, receiver: str, *more: object) -> Result:
    words = ["--from", f"{giver}@example.com", "--to", f"{receiver}@example.com"]
    return run("reassign", review, *words, "--reason", "On leave until January.", *more)


def items(review: Path) -> dict[tuple[str, str], str]:
    """(login, application) -> item id."""
    lines = (review / "items.jsonl").read_text("utf-8").splitlines()
    rows: list[Row] = [json.loads(line) for line in lines]
    return {(row["login"], row["entitlement"].lower()): row["item_id"] for row in rows}


def answer(review: Path, workbook: str, inbox: Path, word: str = "Keep") -> Path:
    """The workbook with every row answered and signed by nobody."""
    book = load_workbook(review / "workbooks" / workbook)
    sheet = book["Decisions"]
    for row in range(3, sheet.max_row + 1):
        for heading, text in ((DECISION, word), (REASON, "Needed.")):
            sheet.cell(row, HEADINGS.index(heading) + 1).value = text
    inbox.mkdir(exist_ok=True)
    book.save(inbox / workbook)
    return inbox / workbook


def ingest(review: Path, *files: object) -> tuple[int, list[dict[str, Any]]]:
    done = run("ingest", review, *files, "--json")
    return done.exit_code, json.loads(done.stdout)


def status(review: Path) -> dict[str, tuple[int, int]]:
    """Reviewer -> (items, not reviewed)."""
    rows = json.loads(run("status", review, "--json").stdout)["reviewers"]
    return {row["reviewer_email"]: (row["items"], row["not_reviewed"]) for row in rows}


def test_all_open_items_move_into_a_new_workbook(review: Path) -> None:
    before = {path: path.read_bytes() for path in review.rglob("*.*") if path.is_file()}
    done = move(review, "mia", "max")
    assert done.exit_code == 0, done.output
    assert "6 items moved from mia@example.com to Max Doe <max@example.com>." in done.stdout
    assert all(
        path.read_bytes() == content
        for path, content in before.items()
        if path.name not in ("ledger.jsonl", ".lock")
    )
    book = load_workbook(review / "workbooks" / "2026-Q4 max-doe moved-0001.xlsx")
    sheet = book["Decisions"]
    assert sheet.max_row == 2 + 6
    assert "for Max Doe" in str(sheet["D1"].value)
    assert status(review) == {"boss@example.com": (3, 3), "max@example.com": (6, 6)}
    [step] = [line for line in Folder(review).ledger() if line["step"] == "reassign"]
    assert step["facts"]["reason"] == "On leave until January."
    assert step["counts"] == {"items": 6}
    assert "reassignments/0001.jsonl" in step["wrote"]


def test_only_the_chosen_items_move(review: Path) -> None:
    item = items(review)["ann", "payroll"]
    done = move(review, "mia", "max", "--item", item, "--json")
    said = json.loads(done.stdout)
    assert said["items"] == [item]
    assert said["to"] == "max@example.com"
    assert (review / "workbooks" / said["workbook"]).exists()
    assert status(review)["max@example.com"] == (1, 1)
    assert status(review)["mia@example.com"] == (5, 5)


def test_the_new_reviewer_answers_and_the_old_one_no_longer_can(
    review: Path, tmp_path: Path
) -> None:
    item = items(review)["ann", "payroll"]
    move(review, "mia", "max", "--item", item)
    code, [receipt] = ingest(review, answer(review, "2026-Q4 mia-doe.xlsx", tmp_path / "in"))
    assert code == 4
    [problem] = receipt["problems"]
    assert problem["item"] == item
    assert (
        f"{item} was moved to Max Doe (max@example.com, 2026-Q4 max-doe moved-0001.xlsx), "
        "who decides it now: delete the row" in problem["says"]
    )
    _, [new] = ingest(review, answer(review, "2026-Q4 max-doe moved-0001.xlsx", tmp_path / "in"))
    assert (new["outcome"], new["reviewer_email"]) == ("accepted", "max@example.com")
    _, [rest] = ingest(review, tmp_path / "in" / "2026-Q4 mia-doe.xlsx", "--partial")
    assert rest["rows"]["accepted"] == 5
    assert status(review)["mia@example.com"] == (5, 0)
    assert status(review)["max@example.com"] == (1, 0)
    assert run("plan", review).exit_code == 0
    assert run("verify", review).exit_code == 0, run("verify", review).output
    assert run("report", review).exit_code == 0
    assert "Moved from Mia Doe to Max Doe: On leave until January." in (
        review / "report.html"
    ).read_text("utf-8")


def test_a_workbook_of_which_everything_was_moved_is_refused(review: Path, tmp_path: Path) -> None:
    move(review, "mia", "max")
    code, [receipt] = ingest(review, answer(review, "2026-Q4 mia-doe.xlsx", tmp_path / "in"))
    assert code == 4
    assert (
        "all items of mia@example.com have been moved to others" in receipt["problems"][0]["says"]
    )


def test_an_item_moves_twice_and_the_last_one_decides(review: Path, tmp_path: Path) -> None:
    item = items(review)["ann", "payroll"]
    move(review, "mia", "max", "--item", item)
    assert move(review, "max", "boss", "--item", item).exit_code == 0
    assert status(review) == {"boss@example.com": (4, 4), "mia@example.com": (5, 5)}
    name = "2026-Q4 boss-doe moved-0002.xlsx"
    _, [receipt] = ingest(review, answer(review, name, tmp_path / "in"))
    assert receipt["outcome"] == "accepted"
    assert receipt["reviewer_email"] == "boss@example.com"
    assert run("verify", review).exit_code == 0


def test_answered_items_stay_where_they_were_answered(review: Path, tmp_path: Path) -> None:
    ingest(review, answer(review, "2026-Q4 mia-doe.xlsx", tmp_path / "in"))
    done = move(review, "mia", "max")
    assert done.exit_code == 2
    assert "every item of mia@example.com is answered already" in done.output
    done = move(review, "mia", "max", "--item", items(review)["ann", "crm"])
    assert "is answered already" in done.output
    assert not list(review.glob("reassignments/*"))


@pytest.mark.parametrize(
    ("giver", "receiver", "says"),
    [
        ("mia", "ann", "Ann Doe is the same person"),
        ("mia", "sue", "Sue Doe is suspended"),
        ("mia", "nobody", "nobody@example.com is the e-mail of no user"),
        ("mia", "mia", "Mia Doe has these items already"),
        ("max", "boss", "max@example.com has no item in this review"),
        ("boss", "mia", "Mia Doe is the same person"),
    ],
)
def test_who_cannot_decide_gets_nothing(review: Path, giver: str, receiver: str, says: str) -> None:
    done = move(review, giver, receiver)
    assert done.exit_code == 2
    assert says in done.output
    assert not list(review.glob("reassignments/*"))
    assert len(list(review.glob("workbooks/*"))) == 2


def test_wrong_items_are_named_all_at_once(review: Path) -> None:
    theirs = items(review)["mia", "crm"]
    done = move(review, "mia", "max", "--item", theirs, "--item", "UAR-0000-0000-00000")
    assert done.exit_code == 2
    assert f"{theirs}: is not put to mia@example.com" in done.output
    assert "UAR-0000-0000-00000: is no item of this review" in done.output


def test_a_move_needs_a_reason(review: Path) -> None:
    words = ["--from", "mia@example.com", "--to", "max@example.com", "--reason", " - "]
    done = run("reassign", review, *words)
    assert done.exit_code == 2
    assert "--reason must say why" in done.output


def test_the_same_move_makes_the_same_bytes(review: Path, tmp_path: Path) -> None:
    shutil.copytree(review, tmp_path / "again")
    for folder in (review, tmp_path / "again"):
        assert move(folder, "mia", "max").exit_code == 0
    name = "workbooks/2026-Q4 max-doe moved-0001.xlsx"
    content = (review / name).read_bytes()
    assert content == (tmp_path / "again" / name).read_bytes()
    assert load_workbook(io.BytesIO(content))["_uar"]["B4"].value == "max@example.com"


def opened_as(tmp_path: Path, review: Path, more: str, *words: str) -> Path:
    """The same review, opened in another way."""
    other = tmp_path / "other"
    other.mkdir()
    shutil.copytree(review, other / "q4", ignore=shutil.ignore_patterns(".lock"))
    folder = other / "q4"
    for name in ("items.jsonl", "campaign.json", "ledger.jsonl"):
        (folder / name).unlink()
    shutil.rmtree(folder / "workbooks")
    lines = (review / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "ledger.jsonl").write_bytes(b"".join(lines[:2]))
    (other / "uar.toml").write_text(TOML + more, "utf-8")
    (other / "logo.png").write_bytes(png())
    assert run("open", folder, "--settings", other / "uar.toml", *words).exit_code == 0
    return folder


def test_a_moved_workbook_looks_as_the_others_and_tells_all_flags(
    tmp_path: Path, review: Path
) -> None:
    text = "Ask before the holidays."
    branding = f'[branding]\nlogo = "logo.png"\ncolour = "#7A1FA2"\ninstructions = "{text}"\n'
    folder = opened_as(tmp_path, review, branding)
    assert move(folder, "mia", "max").exit_code == 0
    for name in ("mia-doe", "max-doe moved-0001"):
        path = folder / "workbooks" / f"2026-Q4 {name}.xlsx"
        assert [part for part in zipfile.ZipFile(path).namelist() if part.startswith("xl/media/")]
        book = load_workbook(path)
        cover = book["Start here"]
        said = [str(cell.value) for row in cover.iter_rows() for cell in row if cell.value]
        assert text in said
        assert cover["B6"].font.color.rgb.endswith("7A1FA2")
        assert "The user has no department." in str(list(book["People"].values))


def test_of_a_review_on_csv_files_a_csv_file_is_moved(tmp_path: Path, review: Path) -> None:
    folder = opened_as(tmp_path, review, "", "--format", "csv")
    done = move(folder, "mia", "max")
    assert "Workbook: 2026-Q4 max-doe moved-0001.csv" in done.output
    text = (folder / "workbooks" / "2026-Q4 max-doe moved-0001.csv").read_text("utf-8-sig")
    header, *rows = list(csv.reader(io.StringIO(text)))
    assert DECISION in header and len(rows) == 6
    for row in rows:
        row[header.index(DECISION)] = "Keep"
    path = tmp_path / "back.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    _, [receipt] = ingest(folder, path)
    assert (receipt["outcome"], receipt["rows"]["accepted"]) == ("accepted", 6)
