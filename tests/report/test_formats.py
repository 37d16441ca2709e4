"""The report as PDF, workbook, CSV and OSCAL: the same numbers, and hostile text stays text."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from tests.report import made
from tests.report.test_report import Page
from uar import browser
from uar.cli import main
from uar.errors import SetupError
from uar.evidence import Evidence
from uar.exports import csv_files, oscal
from uar.measures.sheets import Sheet, sheets
from uar.reports import executive, report
from uar.tables import ITEM_KINDS, SEVERITIES
from uar.text import FORMULAS
from uar.tieout import tie_out
from uar.workbooks.tables import workbook

needs_browser = pytest.mark.skipif(browser.find() is None, reason="no Chromium is installed")
needs_poppler = pytest.mark.skipif(shutil.which("pdfinfo") is None, reason="no pdfinfo here")
RISKY = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1", '=HYPERLINK("x")')  # noqa: RUF001


def made_of(evidence: Evidence) -> tuple[Sheet, ...]:
    return sheets(evidence, tie_out(evidence))


def read_xlsx(content: bytes) -> dict[str, list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book:
        assert all(cell.data_type in ("s", "n") for row in sheet for cell in row)
        assert sheet.freeze_panes == "B2" and sheet.auto_filter.ref == sheet.dimensions
    return {sheet.title: list(sheet.values) for sheet in book}


def read_csv(content: bytes) -> dict[str, list[list[str]]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {
            name: list(csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"))))
            for name in archive.namelist()
            if name.endswith(".csv")
        }


def test_every_item_is_a_row_of_workbook_and_csv_alike() -> None:
    evidence = made.evidence()
    assert evidence.items is not None
    book = read_xlsx(workbook(made_of(evidence)))
    files = read_csv(csv_files.archive(made_of(evidence)))
    assert [row[0] for row in book["Items"][1:]] == evidence.items["item_id"].tolist()
    assert list(book) == [
        "Tie-out", "Items", "Findings", "Detections", "Removals", "Exceptions", "Reviewers",
        "Files",
    ]  # fmt: skip
    for name, rows in book.items():
        texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
        assert texts == files[f"{name.casefold()}.csv"]
    place = book["Items"][0].index("Decision")
    revoked = [row[0] for row in book["Items"][1:] if row[place] == "Revoke"]
    assert sorted(revoked) == sorted(row[0] for row in book["Removals"][1:])
    assert len(revoked) > 0


@pytest.mark.parametrize("text", [*RISKY, made.HOSTILE, "a\x00b", "_x0041_"])
def test_nothing_is_a_formula_in_any_table(text: str) -> None:
    sheet = Sheet("Items", (("Item", 10), ("Number", 10)), [(text, 1)])
    rows = read_xlsx(workbook([sheet]))["Items"]
    assert isinstance(rows[1][0], str) and rows[1][1] == 1
    with zipfile.ZipFile(io.BytesIO(workbook([sheet]))) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    cell = read_csv(csv_files.archive([sheet]))["items.csv"][1][0]
    assert not cell.lstrip().startswith(FORMULAS)
    assert "\u202e" not in cell


def test_tables_are_the_same_bytes_for_the_same_review() -> None:
    for write in (workbook, csv_files.archive):
        assert write(made_of(made.evidence())) == write(made_of(made.evidence()))


def test_every_format_at_every_stage() -> None:
    for step in made.STEPS:
        evidence = made.evidence(upto=step)
        assert read_xlsx(workbook(made_of(evidence)))
        assert json.loads(oscal.document(evidence, tie_out(evidence)))


def results(evidence: Evidence) -> Any:
    return json.loads(oscal.document(evidence, tie_out(evidence)))["assessment-results"]


def prepared(evidence: Evidence) -> Evidence:
    """The same, with who prepared it."""
    campaign = replace(evidence.settings.campaign, prepared_by="Ines Cardoso,\nIT")
    return replace(evidence, settings=replace(evidence.settings, campaign=campaign))


def test_oscal_speaks_of_the_four_controls_and_links_every_file() -> None:
    evidence = made.evidence()
    body = results(evidence)
    found = body["results"][0]
    chosen = found["reviewed-controls"]["control-selections"][0]["include-controls"]
    assert [one["control-id"] for one in chosen] == ["ac-2", "ac-2.3", "ac-5", "ac-6.7"]
    states = {f["title"].split(":")[0]: f["target"]["status"]["state"] for f in found["findings"]}
    assert states["AC-5"] == "satisfied" and states["AC-2(j)"] == "not-satisfied"
    ids = re.findall(r'"uuid": "([0-9a-f-]{36})"', json.dumps(body))
    assert len(ids) == len(set(ids))
    linked = {link["href"][1:] for o in found["observations"] for link in o["relevant-evidence"]}
    linked |= {r["observation-uuid"] for f in found["findings"] for r in f["related-observations"]}
    assert linked <= set(ids)
    digests = {
        link["hashes"][0]["value"]
        for resource in body["back-matter"]["resources"]
        for link in resource.get("rlinks", ())
    }
    wrote = {s["sha256"] for line in evidence.ledger for s in line["wrote"].values()}
    assert digests == wrote


def test_oscal_names_who_prepared_it_where_that_is_stated() -> None:
    assert "roles" not in results(made.evidence())["metadata"]
    metadata = results(prepared(made.evidence()))["metadata"]
    (role,), (whose, person) = metadata["responsible-parties"], metadata["parties"]
    assert (role["role-id"], role["party-uuids"]) == ("prepared-by", [person["uuid"]])
    assert (whose["type"], person["name"]) == ("organization", "Ines Cardoso, IT")


def test_oscal_is_another_document_for_another_root() -> None:
    evidence = made.evidence()
    again = made.evidence()
    assert oscal.document(evidence, tie_out(evidence)) == oscal.document(again, tie_out(again))
    last = {**evidence.ledger[-1], "hash": "00" * 32}
    other = replace(evidence, ledger=[*evidence.ledger[:-1], last])
    assert results(other)["uuid"] != results(evidence)["uuid"]


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The models that compliance-trestle generates from NIST's schema; installed apart from us."""
    place = tmp_path_factory.mktemp("oscal")
    pip = [sys.executable, "-m", "pip", "install", "-q", "--target", str(place)]
    try:
        done = subprocess.run(
            [*pip, "compliance-trestle==5.2.0"], capture_output=True, timeout=100, check=False
        )
    except subprocess.TimeoutExpired:
        pytest.skip("compliance-trestle, which carries the OSCAL models, came too slowly")
    if done.returncode:
        pytest.skip("compliance-trestle, which carries the OSCAL models, cannot be installed here")
    return place


CHECK = """
import json, sys
from trestle.oscal.assessment_results import Model
for path in sys.argv[1:]:
    Model(**json.load(open(path)))
"""


def test_oscal_is_valid_for_the_published_models(published: Path, tmp_path: Path) -> None:
    paths = []
    for step in made.STEPS:
        evidence = prepared(made.evidence(upto=step, hostile=made.HOSTILE))
        paths.append(tmp_path / f"{step}.json")
        paths[-1].write_bytes(oscal.document(evidence, tie_out(evidence)))
    broken = json.loads(paths[0].read_text("utf-8"))
    broken["assessment-results"]["metadata"]["surprise"] = 1
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps(broken))

    def check(*files: Path) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-c", CHECK, *map(str, files)]
        return subprocess.run(
            words, capture_output=True, text=True, env={"PYTHONPATH": str(published)}, timeout=120
        )

    done = check(*paths)
    assert done.returncode == 0, done.stderr[-2000:]
    assert check(wrong).returncode != 0  # the models do refuse what is not OSCAL


def pages(content: bytes, path: Path) -> dict[str, str]:
    path.write_bytes(content)
    told = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=True)
    return dict(re.findall(r"(?m)^([^:]+):\s+(.*)$", told.stdout))


@needs_browser
@needs_poppler
def test_the_pdf_is_tagged_and_counts_its_pages(tmp_path: Path) -> None:
    evidence = made.evidence()
    html = report.render(evidence, tie_out(evidence), None, "A4")
    facts = pages(browser.pdf(html), tmp_path / "report.pdf")
    assert facts["Tagged"] == "yes" and int(facts["Pages"]) > 3
    text = subprocess.run(
        ["pdftotext", str(tmp_path / "report.pdf"), "-"], capture_output=True, text=True, check=True
    ).stdout
    assert f"2 / {facts['Pages']}" in text


def test_a_register_too_long_for_paper_is_left_out_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    evidence = made.evidence()
    assert evidence.items is not None
    monkeypatch.setattr(report, "PRINTED", len(evidence.items))
    assert b'class="register"' in report.render(evidence, tie_out(evidence), None, "A4")
    monkeypatch.setattr(report, "PRINTED", len(evidence.items) - 1)
    html = report.render(evidence, tie_out(evidence), None, "A4")
    assert b'class="register"' not in html and b"too long for paper" in html


OVER = re.compile(r"<(?:caption|h3)[^>]*>([^<]+)</|<h2[^>]*><span[^>]*>\d+</span> ([^<]+)</h2>")


@needs_browser
@needs_poppler
@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_no_heading_stands_alone_at_the_foot_of_a_page(tmp_path: Path, paper: str) -> None:
    evidence = made.evidence(people=30)
    page = report.render(evidence, tie_out(evidence), None, paper).decode()
    printed = tmp_path / "report.pdf"
    over = {unescape(one or other) for one, other in OVER.findall(page)}
    begin, seen = '<section id="tie-out"', 0
    for height in (0, 10):  # pushed down, so that others come near the foot
        pushed = page.replace(begin, f'<p style="height:{height}rem"></p>{begin}', 1)
        pushed = re.sub(r"<meta http-equiv[^>]+>", "", pushed)
        printed.write_bytes(browser.pdf(pushed.encode()))
        size = pages(printed.read_bytes(), printed)["Page size"]
        assert ("A4" in size) == (paper == "A4"), size
        text = subprocess.run(
            ["pdftotext", "-layout", str(printed), "-"], capture_output=True, text=True, check=True
        ).stdout
        for sheet in text.split("\f"):
            told = [re.sub(r"^\d+ +", "", line.strip()) for line in sheet.splitlines()]
            told = [line for line in told if line][:-1]  # the last is the page's number
            seen += sum(line in over for line in told)
            # A heading with the one sentence that is all it stands over is not alone.
            foot = told[-1:] if told and told[-1].endswith(".") else told[-2:]
            assert not {*foot} & over, (height, told[-3:])
    assert seen > 60


@needs_browser
@needs_poppler
@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_executive_report_is_one_page(tmp_path: Path, paper: str) -> None:
    long = "This reason goes on and on, as reasons written in a hurry at a quarter's end do. " * 9
    evidence = made.evidence(ends=("failed", "unknown", "removed", "drift", ""))
    said = dict.fromkeys(("exceptions", "prepared_by", "acknowledged_by"), long)
    closing = {"at": made.AT, **said, "open": [long] * 20}
    evidence = replace(evidence, closing=closing)
    tied = tie_out(evidence)
    assert tied.standing is not None
    kinds = [ITEM_KINDS[place % len(ITEM_KINDS)] for place in range(len(tied.standing))]
    tied = replace(tied, standing=tied.standing.assign(kind=kinds))
    html = executive.REPORT.render(evidence, tied, None, paper)
    facts = pages(browser.pdf(html), tmp_path / "one.pdf")
    assert facts["Pages"] == "1"
    assert "And 18 more" in html.decode()
    assert ("A4" in facts["Page size"]) == (paper == "A4")


def test_the_executive_charts_stand_in_tables_with_their_numbers() -> None:
    evidence = made.evidence()
    tied = tie_out(evidence)
    page = Page(executive.REPORT.render(evidence, tied, None))
    assert tied.standing is not None and evidence.findings is not None
    kinds, severities, days = (
        [[cell.strip() for cell in row] for row in rows] for rows in page.tables.values()
    )
    assert kinds[0] == ["Kind", "Bar", "Keep", "Revoke", "Modify", "Not sure", "Not reviewed"]
    words = tied.standing["decision"].value_counts()
    assert kinds[-1] == ["All", "", *(f"{words.get(word, 0):,}" for word in kinds[0][2:])]
    counts = evidence.findings["severity"].value_counts()
    assert severities[1:-1] == [[word, "", f"{counts.get(word, 0)}"] for word in SEVERITIES]
    assert days[-1] == ["All", "", str(words["Revoke"])]
    early = made.evidence(upto="sync")
    assert b"Nothing yet." in executive.REPORT.render(early, tie_out(early), None)


def test_without_a_browser_a_pdf_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browser, "PLACES", ())
    with pytest.raises(SetupError, match="--format html"):
        browser.pdf(b"<p>")


def test_the_command_writes_every_format_and_the_folder_still_holds(tmp_path: Path) -> None:
    folder = made.on_disk(tmp_path / "q", made.review())

    def run(*words: str) -> Any:
        return CliRunner().invoke(main, ["report", str(folder.path), *words])

    for kind, name in (("xlsx", "report.xlsx"), ("csv", "report.csv.zip"), ("html", "report.html")):
        assert run("--format", kind).exit_code == 0
        assert (folder.path / name).is_file()
    assert run("executive").exit_code == run("summary").exit_code == 0
    held, broken = folder.verify()
    assert broken is None and held > 5
    done = run("--format", "oscal", "--to", str(tmp_path / "out.json"))
    assert done.exit_code == 0 and json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert not (folder.path / "report.oscal.json").exists()
    wrong = run("summary", "--format", "xlsx")
    assert wrong.exit_code == 2 and "html or pdf" in wrong.output
