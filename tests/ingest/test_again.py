"""More than one file: the same again, other answers later, two at once, a directory."""

from __future__ import annotations

import copy
import io
import json
import os
from pathlib import Path

from click.testing import CliRunner
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.ingest.people import (
    FIRST,
    ITEMS,
    Change,
    answers,
    expected,
    one,
    says,
    seal_gone,
)
from tests.ingest.review import (
    SNAPSHOT,
    answer,
    as_bytes,
    campaign,
    filled,
    ingest,
    items_of,
    make_review,
    recorded,
    run,
    workbook,
)
from uar.cli import main
from uar.folder import Folder
from uar.sheet import COMMENT, DECISION

D = f"Decisions!Q{FIRST}"


def test_the_same_bytes_twice_do_nothing(review: Path, inbox: Path) -> None:
    path = filled(review, inbox)
    ingest(review, path)
    before = sorted(review.rglob("*"))
    code, [receipt] = ingest(review, path)
    assert (code, receipt["again"]) == (0, True)
    assert sorted(review.rglob("*")) == before
    assert "nothing done" in run("ingest", review, path).stdout


def test_the_same_bytes_under_another_name_are_called_by_it(review: Path, inbox: Path) -> None:
    path = filled(review, inbox)
    ingest(review, path)
    copy = inbox / "mine.xlsx"
    copy.write_bytes(path.read_bytes())
    said = run("ingest", review, copy).stdout
    assert f"mine.xlsx: the same bytes as {path.name}, which came in on" in " ".join(said.split())


def test_the_same_refused_bytes_may_be_taken_partially(review: Path, inbox: Path) -> None:
    path = filled(review, inbox, one(FIRST, DECISION, "Y"))
    assert ingest(review, path)[0] == 4
    assert ingest(review, path)[0] == 4
    code, [receipt] = ingest(review, path, "--partial")
    assert (code, receipt["rows"]["accepted"]) == (1, 11)


def test_the_same_answers_again_are_a_note(review: Path, inbox: Path) -> None:
    ingest(review, filled(review, inbox))
    path = filled(review, inbox, one(1, COMMENT, "new bytes"), name="again.xlsx")
    code, [receipt] = ingest(review, path)
    assert (code, receipt["rows"]["unchanged"], receipt["rows"]["accepted"]) == (0, 12, 0)
    assert not (review / "decisions/0002.jsonl").exists()


def test_a_first_signature_is_recorded(review: Path, inbox: Path) -> None:
    ingest(review, filled(review, inbox, lambda book, sheet: book.remove(book["Sign-off"])))
    code, [receipt] = ingest(review, filled(review, inbox, name="signed.xlsx"))
    assert (code, receipt["rows"]["accepted"]) == (0, 12)
    row = recorded(review)[ITEMS[0]["item_id"]]
    assert (row["signed_email"], row["replaces"]) == ("ana@example.com", "returned/0001-ana.xlsx")


def test_another_answer_needs_replace(review: Path, inbox: Path) -> None:
    ingest(review, filled(review, inbox))
    change: Change = lambda book, sheet: answer(sheet, FIRST, "Revoke", "left")  # noqa: E731
    path = filled(review, inbox, change, name="second.xlsx")
    code, [receipt] = ingest(review, path)
    assert code == 4
    assert receipt["problems"][0]["cell"] == D
    assert "Revoke (left), but returned/0001-ana.xlsx says Keep (Reason 3)" in says(receipt)
    assert answers(review) == expected()
    code, [receipt] = ingest(review, path, "--replace")
    assert (code, receipt["rows"]["accepted"], receipt["rows"]["unchanged"]) == (0, 1, 11)
    row = recorded(review)[ITEMS[0]["item_id"]]
    assert (row["decision"], row["replaces"]) == ("Revoke", "returned/0001-ana.xlsx")
    assert (review / "decisions/0001.jsonl").exists()


def test_what_is_replaced_is_shown_with_what_it_was(review: Path, inbox: Path) -> None:
    ingest(review, filled(review, inbox))
    change: Change = lambda book, sheet: answer(sheet, FIRST, "Revoke", "left")  # noqa: E731
    text = run("ingest", review, filled(review, inbox, change, name="b.xlsx"), "--replace").stdout
    assert "Replaced (--replace); the earlier answers stay on record:" in text
    assert f"{D}: Revoke (left), before Keep (Reason 3) in returned/0001-ana.xlsx" in text


def test_an_answer_after_removals_is_recorded_and_needs_a_person(review: Path, inbox: Path) -> None:
    with Folder(review).locked() as folder:
        folder.write("apply", {"removals.txt": b"done"}, at="2026-12-02T10:00:00Z")
    code, [receipt] = ingest(review, filled(review, inbox))
    assert (code, receipt["outcome"]) == (1, "accepted")
    assert "were carried out (2026-12-02): 12 answers" in str(receipt["warnings"])
    assert answers(review) == expected()
    empty = filled(review, inbox, lambda book, sheet: sheet.delete_rows(FIRST, 12), name="c.xlsx")
    _, [receipt] = ingest(review, empty)
    assert "after removals" not in str(receipt["warnings"])


def test_a_later_blank_takes_nothing_back(review: Path, inbox: Path) -> None:
    ingest(review, filled(review, inbox))
    path = filled(review, inbox, one(FIRST, DECISION, None), name="second.xlsx")
    _, [receipt] = ingest(review, path, "--replace")
    assert any("the earlier answer stays" in note for note in receipt["notes"])
    assert answers(review) == expected()


def test_two_files_in_one_go(review: Path, inbox: Path) -> None:
    files = [filled(review, inbox), filled(review, inbox, reviewer="ben")]
    code, receipts = ingest(review, *files)
    assert code == 0
    assert [each["reviewer"] for each in receipts] == ["Ana", "Ben"]
    assert [each["file"] for each in receipts] == [
        "returned/0001-ana.xlsx",
        "returned/0002-ben.xlsx",
    ]
    assert len(recorded(review)) == 24
    status = run("status", review, "--json")
    assert status.exit_code == 1
    assert json.loads(status.stdout)["total"]["not_reviewed"] == 12


def test_a_file_of_the_last_quarter_is_refused(review: Path, inbox: Path) -> None:
    """Its ids are the same, its seals are not."""
    book = load_workbook(io.BytesIO(workbook(items_of("ana", key="7a" * 32))))
    sheet = book["Decisions"]
    assert isinstance(sheet, Worksheet)
    answer(sheet, FIRST, "Keep", "fine")
    inbox.mkdir()
    (inbox / "old.xlsx").write_bytes(as_bytes(book))
    code, [receipt] = ingest(review, inbox / "old.xlsx")
    assert code == 4
    assert "none of its seals is of this review" in says(receipt)


def test_without_seals_items_that_look_alike_are_refused(tmp_path: Path, inbox: Path) -> None:
    """Two applications of one name: only the id, which may have slipped, tells them apart."""
    review = make_review(tmp_path / "q4", {"ana": 12, "ben": 2})
    folder = Folder(tmp_path / "alike")
    items = items_of("ana", 2)
    items[1] = {**copy.deepcopy(items[1]), "entitlement": "Finance", "login": items[0]["login"]}
    from uar.snapshot import json_bytes, to_lines
    from uar.tables import ITEMS as TABLE

    files = {
        "campaign.json": json_bytes(campaign(["ana"])),
        "items.jsonl": to_lines(TABLE.frame(items)),
        "workbooks/ana.xlsx": workbook(items),
    }
    with folder.locked(create=True):
        folder.write("sync", SNAPSHOT, at="2026-11-23T10:00:00Z")
        folder.write("open", files, at="2026-11-23T10:00:00Z")
    code, [receipt] = ingest(folder.path, filled(folder.path, inbox, seal_gone))
    assert code == 4
    assert "cannot be told from another one" in says(receipt)
    assert review.exists()


def test_a_directory_is_all_that_came_back_the_oldest_first(review: Path, inbox: Path) -> None:
    change: Change = lambda book, sheet: answer(sheet, FIRST, "Revoke", "left")  # noqa: E731
    newer = filled(review, inbox, change, name="a-second.XLSX")
    older = filled(review, inbox, name="z-first.xlsx")
    os.utime(older, (1, 1))
    (inbox / "~$a-second.xlsx").write_bytes(b"ana")
    (inbox / ".~lock.a-second.xlsx#").write_bytes(b"ana")
    (inbox / "mail.eml").write_bytes(b"From: ana")
    (inbox / "old").mkdir()
    result = run("ingest", review, inbox, "--replace")
    assert [line for line in result.stdout.splitlines() if line.endswith(": accepted")] == [
        "z-first.xlsx: accepted",
        "a-second.XLSX: accepted",
    ]
    assert f"{inbox}: 1 other file left alone: mail.eml." in " ".join(result.stderr.split())
    assert answers(review)[ITEMS[0]["item_id"]] == ("Revoke", "left")
    assert newer.exists()
    result = CliRunner().invoke(main, ["ingest", str(review), str(inbox / "old")])
    assert result.exit_code == 4
    assert "holds no .xlsx, .ods, .csv or .tsv file" in " ".join(result.stderr.split())


def test_a_file_given_again_alone_shows_its_receipt_again(review: Path, inbox: Path) -> None:
    files = [filled(review, inbox), filled(review, inbox, reviewer="ben")]
    first = run("ingest", review, files[0]).stdout
    again = run("ingest", review, files[0]).stdout
    assert again.startswith("ana.xlsx: this very file came in on ")
    assert again.endswith(f"nothing done.\n\n{first}")
    assert first not in run("ingest", review, *files).stdout
