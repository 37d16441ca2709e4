"""The auditor's workbook on paper, printed by a real LibreOffice."""

from __future__ import annotations

import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from tests.report import made
from uar.measures.sheets import Sheet, sheets
from uar.tieout import tie_out
from uar.workbooks.tables import workbook

TOOLS = all(map(shutil.which, ("soffice", "pdftotext", "pdfinfo")))
pytestmark = pytest.mark.skipif(not TOOLS, reason="soffice or poppler is not installed")


def printed(content: bytes, place: Path) -> tuple[list[str], str]:
    """The text of every page, and the size of the paper."""
    (place / "book.xlsx").write_bytes(content)
    home = f"-env:UserInstallation=file://{place}/home"
    convert = ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", str(place)]
    subprocess.run([*convert, str(place / "book.xlsx")], capture_output=True, check=True)
    pdf = str(place / "book.pdf")
    text, facts = (
        subprocess.run(words, capture_output=True, text=True, check=True).stdout
        for words in (["pdftotext", "-layout", pdf, "-"], ["pdfinfo", pdf])
    )
    return text.split("\f")[:-1], re.findall(r"Page size: +(.*)", facts)[0]


def papers(sheet: Sheet) -> list[tuple[str, ...]]:
    """The headings of each sheet of paper that a row takes."""
    names = [name for name, _ in sheet.columns]
    turns = [0, *map(names.index, sheet.turns), len(names)]
    return [(names[0], *names[max(a, 1) : b]) for a, b in pairwise(turns)]


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_every_page_has_its_headings_and_nothing_is_cut_off(paper: str, tmp_path: Path) -> None:
    evidence = made.evidence(people=12)
    tables = sheets(evidence, tie_out(evidence))
    pages, size = printed(workbook(tables, paper), tmp_path)
    wide, high = (float(number) for number in re.findall(r"[\d.]+", size)[:2])
    assert wide > high and round(wide) == {"A4": 842, "Letter": 792}[paper], size
    for sheet in tables:
        mine = [page for page in pages if re.search(rf"^ *{sheet.name} +Page \d+ of", page, re.M)]
        told = [" ".join(page.split()) for page in mine]
        assert told and len(told) % len(papers(sheet)) == 0, sheet.name
        for place, page in enumerate(told):
            headings = papers(sheet)[place % len(papers(sheet))]
            words = {word for heading in headings for word in heading.split()}
            assert words <= set(page.split()), (sheet.name, place, words - set(page.split()))
        if sheet.name == "Items":
            for said in (str(cell) for row in sheet.rows for cell in row if cell):
                letters = re.sub(r"\s", "", said)
                assert letters[:8] in re.sub(r"\s", "", "".join(told)), said
