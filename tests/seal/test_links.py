"""A forger who makes every hash fit is found out by what the files say of each other."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.report import made
from uar import verify
from uar.folder import Folder
from uar.verify import JOURNAL, LEDGER, PACK, Broken

Lines = list[dict[str, Any]]


def chained(raw: bytes, change: Callable[[Lines], None]) -> bytes:
    """A ledger or journal with other words, and every hash in it made to fit."""
    lines = verify.chain(raw)[0]
    change(lines)
    previous, out = "", b""
    for number, line in enumerate(lines, 1):
        body = {name: value for name, value in line.items() if name != "hash"}
        body |= {"number": number, "previous": previous}
        previous = verify.digest(verify.json_line(body))
        out += verify.json_line({**body, "hash": previous})
    return out


def test_a_step_that_read_something_else(closed: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(closed, tmp_path / "copy"))

    def change(lines: Lines) -> None:
        lines[2]["read"]["findings.jsonl"] = "0" * 64

    (copy / LEDGER).write_bytes(chained((copy / LEDGER).read_bytes(), change))
    says = "line 3 read another findings.jsonl than was written before it"
    assert verify.check_path(copy).broken == Broken(LEDGER, says)


def test_a_removal_that_no_plan_holds(tmp_path: Path) -> None:
    steps = made.review()
    kept = json.loads(steps["open"]["items.jsonl"].splitlines()[0])["item_id"]

    def change(lines: Lines) -> None:
        lines[1]["item"] = kept

    steps["apply"][JOURNAL] = chained(steps["apply"][JOURNAL], change)
    made.on_disk(tmp_path / "q4", steps)
    says = f"line 2 removes {kept}, which plans/0001.json does not"
    assert verify.check_path(tmp_path / "q4").broken == Broken(JOURNAL, says)


def test_a_file_that_is_not_its_receipts(tmp_path: Path) -> None:
    steps = made.review()
    text = steps["ingest"]["decisions/0001.jsonl"]
    steps["ingest"]["decisions/0001.jsonl"] = text.replace(b"0001-answers", b"0002-answers")
    made.on_disk(tmp_path / "q4", steps)
    broken = verify.check_path(tmp_path / "q4").broken
    assert broken and broken.path == "decisions/0001.jsonl"
    assert "which is not its receipt's file" in broken.says


def test_the_pack_of_another_review(closed: Path, tmp_path: Path) -> None:
    files = dict(verify.unpack((closed / PACK).read_bytes()).files)
    files = {name: content for name, content in files.items() if name not in verify.SEALS}

    def change(lines: Lines) -> None:
        lines[-1]["at"] = "2027-01-01T00:00:00Z"

    files[LEDGER] = chained(files[LEDGER], change)
    root = verify.chain(files[LEDGER])[0][-1]["hash"]
    other = verify.pack({**files, verify.ROOT_TEXT: verify.root_text(root)}, root)
    assert verify.check_pack(other).broken is None
    copy = Path(shutil.copytree(closed, tmp_path / "copy"))
    lines = (copy / LEDGER).read_bytes().splitlines(keepends=True)
    (copy / LEDGER).write_bytes(b"".join(lines[:-1]))
    folder = Folder(copy)
    with folder.locked(step="seal"):
        folder.write("seal", {PACK: other}, at="2027-01-01T00:00:00Z")
    assert verify.check_path(copy).broken == Broken(PACK, "is the pack of another review")
