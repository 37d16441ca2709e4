"""Every page in a real browser under axe-core: no violation, in light and in dark."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.report import made
from uar import browser
from uar.commands._evidence import load
from uar.proof import Pages
from uar.reports import every
from uar.reports._proofs import proofs
from uar.sample import sample
from uar.tieout import tie_out

SHOWN = "<style>* { content-visibility: visible !important }</style>"  # what is not drawn too
RUN = """<script>
axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(
  (found) => {
    const told = document.createElement("pre");
    told.id = "axe";
    told.textContent = JSON.stringify({
      passes: found.passes.length,
      dark: matchMedia("(prefers-color-scheme: dark)").matches,
      violations: found.violations.map((one) => [one.id, one.nodes.slice(0, 3).map((n) => n.html)]),
    });
    document.body.append(told);
  });
</script>"""


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """axe-core, fetched for these tests alone."""
    if browser.find() is None:
        pytest.skip("no Chromium is installed")
    if shutil.which("npm") is None:
        pytest.skip("axe-core comes through npm, which is not installed")
    place = tmp_path_factory.mktemp("axe")
    npm = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(place), "axe-core@4"]
    try:
        done = subprocess.run(npm, capture_output=True, timeout=90, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("axe-core came too slowly")
    script = place / "node_modules" / "axe-core" / "axe.min.js"
    if done.returncode or not script.is_file():
        pytest.skip("npm could not fetch axe-core here")
    return script.read_text("utf-8")


def look(html: bytes, axe: str, folder: Path, dark: bool) -> dict[str, object]:
    """What axe finds on the page."""
    text = re.sub(r"<meta http-equiv[^>]+>", "", html.decode())  # it lets no other script run
    page = folder / "page.html"
    page.write_text(text.replace("</body>", f"{SHOWN}<script>{axe}</script>{RUN}</body>"), "utf-8")
    program = browser.find()
    assert program is not None
    done = subprocess.run(
        [
            program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", f"--user-data-dir={folder / 'profile'}",
            f"--blink-settings=preferredColorScheme={0 if dark else 1}",
            "--virtual-time-budget=60000", "--dump-dom", page.as_uri(),
        ],
        capture_output=True, timeout=180, check=True,
    )  # fmt: skip
    told = re.search(r'<pre id="axe">(.*?)</pre>', done.stdout.decode(), re.DOTALL)
    assert told, "axe did not finish"
    plain = told[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    found: dict[str, object] = json.loads(plain)
    return found


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["report", "summary", "executive"])
def test_axe_finds_nothing(name: str, dark: bool, axe: str, tmp_path: Path) -> None:
    evidence = made.evidence()
    html = every()[name].render(evidence, tie_out(evidence), None)
    found = look(html, axe, tmp_path, dark)
    assert found["dark"] is dark and int(str(found["passes"])) > 15
    assert found["violations"] == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_on_proof_pages(dark: bool, axe: str, tmp_path: Path) -> None:
    review = made.on_disk(tmp_path / "q4", made.review())
    evidence = load(review)
    make, strata = Pages(evidence, review, lambda _: None), sample(tie_out(evidence), 3, "a")
    pages = [make.page(item) for stratum in strata for item in stratum.chosen]
    found = look(proofs("Sample", "3 items.", "00", pages, strata), axe, tmp_path, dark)
    assert found["dark"] is dark and found["violations"] == []


def test_axe_would_find_something(axe: str, tmp_path: Path) -> None:
    evidence = made.evidence()
    html = every()["executive"].render(evidence, tie_out(evidence), None)
    assert look(html.replace(b' lang="en"', b""), axe, tmp_path, dark=False)["violations"]
