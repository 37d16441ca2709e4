"""A page -> PDF, through a Chromium that is already there: tagged, with page numbers."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from uar.errors import SetupError

NAMES = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
    "microsoft-edge", "microsoft-edge-stable", "msedge", "brave-browser",
)  # fmt: skip
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
QUIET = (
    "--headless", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-extensions", "--no-pdf-header-footer", "--generate-pdf-document-outline",
)  # fmt: skip
PATIENCE = 600  # seconds


def find() -> str | None:
    """The first browser that can print."""
    found = [path for path in map(shutil.which, NAMES) if path]
    return next(iter([*found, *(path for path in PLACES if Path(path).is_file())]), None)


def pdf(html: bytes) -> bytes:
    """The page as it prints. Raises SetupError where there is no browser, or it does not print."""
    browser = find()
    if browser is None:
        raise SetupError(
            "there is no Chromium, Chrome or Edge here to print a PDF with; install one, or write "
            "--format html and print it from any browser."
        )
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        page, printed = folder / "page.html", folder / "page.pdf"
        page.write_bytes(html)
        # As root, which is how containers run, Chromium starts only without its sandbox. The page
        # is ours, loads nothing, and its policy lets nothing run.
        root = hasattr(os, "geteuid") and os.geteuid() == 0
        words = [browser, *QUIET, *(["--no-sandbox"] if root else [])]
        words += [f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={printed}"]
        try:
            subprocess.run(  # noqa: S603 - a browser on this computer, and our own page
                [*words, page.as_uri()], capture_output=True, timeout=PATIENCE, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SetupError(f"{browser} did not print the page; try --format html.") from error
        if not printed.is_file():
            raise SetupError(f"{browser} did not print the page; try --format html.")
        return printed.read_bytes()
