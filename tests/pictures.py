"""Make the README's pictures from a freshly played demo: `python -m tests.pictures`.

Needs chromium, soffice and pdftoppm.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from openpyxl import load_workbook

PICTURES = Path(__file__).parents[1] / "samples" / "pictures"
CHROMIUM = (
    "chromium",
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
)


def run(*words: str | Path) -> None:
    subprocess.run([str(word) for word in words], check=True, capture_output=True)


def report(folder: Path, work: Path) -> None:
    run(
        *CHROMIUM,
        f"--user-data-dir={work / 'browser'}",
        "--window-size=1280,1500",
        f"--screenshot={PICTURES / 'report.png'}",
        (folder / "report.html").as_uri(),
    )


def workbook(folder: Path, work: Path) -> None:
    """The Decisions sheet of a filled-in workbook as LibreOffice prints it, less the margins."""
    returned = folder.with_name(f"{folder.name}-inbox")
    book = min(returned.glob("*/*amara*.xlsx"))  # the corrected one, where it had to come again
    paper = load_workbook(book)
    paper["Decisions"].page_setup.fitToWidth = 1  # all of a row in one picture
    book = work / book.name
    paper.save(book)
    profile = f"-env:UserInstallation={(work / 'office').as_uri()}"
    run("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", work, book)
    crop = ("-x", "35", "-y", "48", "-W", "1216", "-H", "700")
    page = ("-r", "110", "-f", "2", "-l", "2", "-png", "-singlefile", *crop)
    run("pdftoppm", *page, work / f"{book.stem}.pdf", PICTURES / "workbook")


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        run(sys.executable, "-m", "uar", "demo", work / "review")
        report(work / "review", work)
        workbook(work / "review", work)


if __name__ == "__main__":
    main()
