"""Workbooks and reports come out of the sealed snapshot again, byte for byte."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.report import made
from tests.seal.conftest import uar
from uar import maker, verify
from uar.reports import every

OURS = str(maker.own_templates())


@pytest.mark.parametrize("what", ["q4", "q4/pack.zip"])
def test_what_was_sealed_comes_out_again(opened: Path, tmp_path: Path, what: str) -> None:
    done = uar("rebuild", opened.parent / what, tmp_path / "again", "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.output)
    assert said["identical"] and all(row["identical"] for row in said["files"])
    names = {row["file"] for row in said["files"]}
    assert names >= {"items.jsonl", "campaign.json", *(r.file for r in every().values())}
    assert sum(name.startswith("workbooks/") for name in names) == len(
        list((opened / "workbooks").iterdir())
    )
    for name in names:
        assert (tmp_path / "again" / name).read_bytes() == (opened / name).read_bytes(), name
    assert "byte-identical" in uar("rebuild", opened, tmp_path / "more").output


def test_a_workbook_that_uar_did_not_make_is_named(closed: Path, tmp_path: Path) -> None:
    done = uar("rebuild", closed, tmp_path / "again", "--json")
    assert done.exit_code == 5
    rows = {row["file"]: row["identical"] for row in json.loads(done.output)["files"]}
    assert rows["items.jsonl"] and rows["report.html"]
    assert not any(same for name, same in rows.items() if name.startswith("workbooks/"))
    assert "differs" in uar("rebuild", closed, tmp_path / "more").output


def test_nothing_is_overwritten_or_made_of_what_does_not_hold(closed: Path, tmp_path: Path) -> None:
    refused = uar("rebuild", closed, tmp_path)
    assert refused.exit_code == 2 and "already there" in refused.output
    raw = (closed / verify.PACK).read_bytes()
    (tmp_path / "pack.zip").write_bytes(raw[:-1])
    assert uar("rebuild", tmp_path / "pack.zip", tmp_path / "out").exit_code == 5
    made.on_disk(tmp_path / "q4", made.review(upto="detect"))
    early = uar("rebuild", tmp_path / "q4", tmp_path / "out2")
    assert early.exit_code == 5 and "uar open has not run" in early.output


def test_what_another_uar_made_is_told_from_what_was_changed(
    opened: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = {**maker.maker(), "code": "1" * 64, "commit": "2" * 40, "pandas": "9.9"}
    monkeypatch.setattr(maker, "maker", lambda: now)
    template = tmp_path / "own" / "_footer.html"
    template.parent.mkdir()
    template.write_text("<footer>Another.</footer>")
    monkeypatch.setattr(maker, "own_templates", lambda: template.parent)
    monkeypatch.setattr("uar.reports._html.places", lambda own: [str(template.parent), OURS])
    done = uar("rebuild", opened / "pack.zip", tmp_path / "again")
    assert done.exit_code == 1, done.output
    assert "made otherwise" in done.output and "No file was changed" in done.output
    for word in ("commit 222222222222, code 111111111111", "not 9.9", "templates "):
        assert word in done.output, word
    assert "To make them again byte for byte, install uar 0.1.0 (" in done.output
    made_again = json.loads(
        uar("rebuild", opened / "pack.zip", tmp_path / "more", "--json").output.split("\nNo file")[
            0
        ]
    )
    rows = {row["file"]: row for row in made_again["files"]}
    assert rows["items.jsonl"]["identical"] and not rows["report.html"]["identical"]
    assert any("templates" in other for other in rows["report.html"]["made_with_other"])


def test_a_report_with_templates_of_ones_own_comes_out_again_with_them(
    detected: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "_footer.html").write_text("<footer>Juniper Tide, internal.</footer>")
    review, settings = tmp_path / "q4", detected.parent / "uar.toml"
    shutil.copytree(detected, review)
    for words in (
        ("open", review, "--settings", settings),
        ("report", review, "--templates", own),
    ):
        assert uar(*words).exit_code == 0
    with_own = uar("rebuild", review, tmp_path / "again", "--templates", own, "--json")
    assert with_own.exit_code == 0, with_own.output
    without = uar("rebuild", review, tmp_path / "more")
    assert without.exit_code == 1
    assert f"templates {maker.templates(own)[:12]}, not {maker.templates()[:12]}" in without.output
    assert "give --templates the folder of the templates" in without.output
