"""The auditor's page: its numbers are the tables', hostile text stays text, nothing is loaded."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from tests.report import made
from uar.errors import SetupError
from uar.evidence import Evidence
from uar.reports import every
from uar.reports._parts import HEADINGS
from uar.reports.report import REPORT, status
from uar.settings import Domains
from uar.tieout import tie_out

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
VOID = {"meta", "col", "input", "br", "path", "circle", "rect"}
LEFT_OPEN = {"td", "th", "tr", "tbody"}
OURS = {
    "html", "head", "meta", "title", "style", "body", "a", "svg", "defs", "pattern", "path",
    "circle", "rect", "text", "desc", "div", "nav", "h1", "h2", "h3", "h4", "ol", "ul", "li",
    "main", "header", "p", "b", "strong", "span", "small", "code", "pre", "dl", "dt", "dd",
    "section", "table", "caption", "thead", "tbody", "tr", "th", "td", "colgroup", "col", "figure",
    "figcaption", "footer", "script",
}  # fmt: skip


class Page(HTMLParser):
    """What a reader finds: tags, ids, tables as rows of texts, and the whole text."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.rows: list[list[str]] = []
        self.text = ""
        self.name = ""
        self.feed(html.decode())
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in LEFT_OPEN:
            self.close_cells(tag)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self.rows, self.name = [], ""
        if tag == "caption":
            self.name = dict(attrs).get("id") or ""
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def close_cells(self, tag: str) -> None:
        """HTML ends a cell before the next cell or row, and a row before the next row."""
        while self.open[-1] in ("td", "th") or (self.open[-1] == "tr" and tag not in ("td", "th")):
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in ("tbody", "thead"):
            self.close_cells(tag)
        assert self.open.pop() == tag, f"{tag} closes another tag"
        if tag == "table":
            self.tables[self.name or f"register {len(self.tables)}"] = self.rows

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.text += data
        data = data.removesuffix("\n") if self.open[-1:] in (["td"], ["th"]) else data
        if "table" in self.open and self.rows and self.rows[-1] and "tr" in self.open:
            self.rows[-1][-1] += data


def render(evidence: Evidence) -> bytes:
    return REPORT.render(evidence, tie_out(evidence), None)


def anchors(page: Page) -> set[str]:
    return {str(attrs["id"]) for _, attrs in page.tags if "id" in attrs}


def column(page: Page, table: str, heading: str) -> dict[str, str]:
    head, *rows = page.tables[table]
    place = head.index(heading)
    return {row[0]: row[place] for row in rows}


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return made.evidence()


@pytest.fixture(scope="module")
def page(evidence: Evidence) -> Page:
    return Page(render(evidence))


def test_numbers_are_those_of_the_tables(evidence: Evidence, page: Page) -> None:
    standing = tie_out(evidence).standing
    assert standing is not None and evidence.items is not None
    by_kind = standing.groupby("kind").size()
    shown = column(page, "by-kind", "Items")
    assert {kind: int(shown[str(kind)]) for kind in by_kind.index} == by_kind.to_dict()
    for word in ("Keep", "Revoke", "Modify", "Not sure", "Not reviewed"):
        total = int(column(page, "by-kind", word)["All"])
        assert total == (standing["decision"] == word).sum()
        assert total == int(column(page, "by-reviewer", word)["All"])
    accounts = evidence.snapshot.accounts
    for kind in ("user", "admin", "service"):
        assert int(column(page, "accounts", "All")[kind]) == (accounts["kind"] == kind).sum()
    assert set(column(page, "accounts", "External").values()) == {"not given"}
    assert evidence.coverage is not None and evidence.findings is not None
    assert len(page.tables["finding-list"]) - 1 == len(evidence.findings)
    found = evidence.coverage.set_index("detection")["found"]
    shown = column(page, "coverage-list", "Found")
    assert sum(int(number) for number in shown.values() if number != "-") == found.sum()
    stated = column(page, "collections-tied", "Stated by source")
    assert stated["group members"] == "not stated by source"
    assert len(page.tables["removal-list"]) - 1 == len(evidence.outcomes)
    assert len(page.tables["returned"]) - 1 == len(evidence.receipts)


def test_external_addresses_are_counted_once_it_is_said_which_are_ours(evidence: Evidence) -> None:
    for own, outside in (("junipertide.example", 0), ("elsewhere.example", 10)):
        settings = replace(evidence.settings, domains=Domains(own=(own,)))
        page = Page(render(replace(evidence, settings=settings)))
        assert column(page, "accounts", "External")["All"] == str(outside)


def test_figures_are_those_of_the_rows_they_lead_to(evidence: Evidence, page: Page) -> None:
    figures = column(page, "figures", "Number")
    standing = tie_out(evidence).standing
    assert standing is not None
    assert figures["Unexplained difference, over all of the tie-out"] == "0"
    revoked = column(page, "by-kind", "Revoke")["All"]
    assert figures["Revoke"].startswith(f"{revoked} of ")
    overrides = len(page.tables["override-list"]) - 1
    assert int(figures["Kept against a critical or high flag"]) == overrides > 0
    assert int(figures["Items of one reviewer, at most"]) == max(
        int(number) for name, number in column(page, "assigned", "Items").items() if name != "All"
    )
    kept = standing[(standing["band"] == "privileged") & (standing["decision"] == "Keep")]
    unsaid = kept["reason"].isna() | (kept["reason"] == "")
    assert int(figures["Privileged items that were kept without a reason"]) == unsaid.sum()
    gone = standing["state"].isin(["removed", "already gone"])
    undone = ((standing["decision"] == "Revoke") & ~gone).sum()
    assert int(figures["Revoke that was not seen to be gone"]) == undone > 0
    assert figures["Granted after the snapshot"] == "not given"


def test_every_item_stands_once_with_its_anchor(evidence: Evidence, page: Page) -> None:
    assert evidence.items is not None
    ids = [attrs["id"] for tag, attrs in page.tags if tag == "tr" and "id" in attrs]
    assert ids == evidence.items["item_id"].tolist()


def test_every_digest_stands_in_the_list_of_files(evidence: Evidence, page: Page) -> None:
    wrote = {n: s["sha256"] for line in evidence.ledger for n, s in line["wrote"].items()}
    assert column(page, "file-list", "SHA-256") == wrote


def test_links_lead_somewhere_and_ids_are_unique(page: Page) -> None:
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    targets = {str(a["href"])[1:] for tag, a in page.tags if tag == "a"}
    assert targets <= set(ids) | {"main"}
    assert {anchor for anchor, _ in HEADINGS} <= anchors(page)


def test_headings_go_down_one_by_one_and_tables_are_labelled(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for name, (head, *rows) in page.tables.items():
        assert rows and all(len(row) == len(head) for row in rows), name
    columns = sum(len(head) for head, *_ in page.tables.values())
    scopes = [attrs.get("scope") for tag, attrs in page.tags if tag == "th"]
    assert scopes.count("col") == columns and len(scopes) > columns
    assert {"nav", "main", "header", "footer"} <= {tag for tag, _ in page.tags}
    assert ("html", {"lang": "en"}) in page.tags


def test_nothing_is_loaded(evidence: Evidence) -> None:
    html = render(evidence).decode()
    assert not re.search(r"""(src|srcset|action|formaction|data|poster)\s*=\s*["']""", html)
    assert not re.search(r"""href\s*=\s*["'](?!#)""", html)
    assert "http://" not in html and "https://" not in html
    assert "@import" not in html
    assert not re.search(r"url\((?!#)", html)
    assert "<link" not in html and "<base" not in html
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert policy and "default-src &#39;none&#39;" in policy[1]


def test_hostile_texts_stay_texts() -> None:
    evidence = made.evidence(hostile=made.HOSTILE)
    campaign = replace(evidence.settings.campaign, organisation=made.HOSTILE, owner=made.HOSTILE)
    evidence = replace(
        evidence,
        settings=replace(evidence.settings, campaign=campaign),
        closing={"at": made.AT, "exceptions": made.HOSTILE, "open": [made.HOSTILE]},
    )
    html = render(evidence)
    page = Page(html)
    assert {tag for tag, _ in page.tags} <= OURS
    assert [tag for tag, _ in page.tags].count("script") == 1
    for tag, attrs in page.tags:
        assert not [name for name in attrs if name.startswith("on") or name == "src"], tag
    assert "\u202e" not in html.decode()
    assert 'document.title="broken"' in page.text  # it is there, to be read


def test_every_stage_has_its_page() -> None:
    for step in made.STEPS:
        html = render(made.evidence(upto=step))
        page = Page(html)
        assert {anchor for anchor, _ in HEADINGS} <= anchors(page)
        assert "Not yet" in page.text or step == "apply"
    assert "uar detect has not run" in Page(render(made.evidence(upto="sync"))).text


def test_the_same_review_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    first = render(made.evidence())
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    assert render(made.evidence()) == first


def test_what_does_not_tie_out_is_red_with_its_ids(evidence: Evidence) -> None:
    assert evidence.items is not None
    lost = evidence.items["grant_id"].iloc[0]
    broken = replace(evidence, items=evidence.items.iloc[1:])
    html = render(broken).decode()
    page = Page(html.encode())
    assert '<p class="difference bad"><b>1</b>' in html
    assert lost in page.text
    assert '<p class="difference bad">' not in render(evidence).decode()


@pytest.mark.parametrize(
    ("words", "exceptions", "expected"),
    [
        (["Keep"], "", "complete"),
        (["Keep", ""], "Late.", "with exceptions"),
        (["Keep"], "Something.", "with exceptions"),
    ],
)
def test_status(words: list[str], exceptions: str, expected: str) -> None:
    evidence = made.evidence(words=words)
    assert status(evidence, tie_out(evidence)) == "incomplete"
    closing = {"at": made.AT, "exceptions": exceptions, "open": []}
    closed = replace(evidence, closing=closing)
    assert status(closed, tie_out(closed)) == expected


def test_sections_of_200() -> None:
    page = Page(render(made.evidence(people=250)))
    parts = [rows for name, rows in page.tables.items() if name.startswith("register")]
    assert [len(rows) - 1 for rows in parts] == [200, 55]


def test_own_templates_come_first(evidence: Evidence, tmp_path: Path) -> None:
    (tmp_path / "_proof.html").write_text("<p>Our own proof for {{ cover.period }}</p>")
    html = REPORT.render(evidence, tie_out(evidence), tmp_path).decode()
    assert "Our own proof for 2026-Q4" in html
    assert "Tie-out" in html
    (tmp_path / "_proof.html").write_text("{{ cover.misspelt }}")
    with pytest.raises(SetupError, match="misspelt"):
        REPORT.render(evidence, tie_out(evidence), tmp_path)


def test_every_report_renders_at_every_stage() -> None:
    for report in every().values():
        for step in made.STEPS:
            evidence = made.evidence(upto=step)
            assert report.render(evidence, tie_out(evidence), None)


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_enough_in_light_dark_and_print(evidence: Evidence) -> None:
    html = render(evidence).decode()
    schemes = re.findall(r":root \{(.*?)\}", html, re.DOTALL)
    assert len(schemes) == 3
    for scheme in schemes:
        colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", scheme))
        for ink in ("ink", "soft", "accent", "bad"):
            for paper in ("paper", "wash"):
                assert contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)
        assert contrast(colours["bad"], colours["bad-wash"]) >= 4.5
        assert contrast(colours["accent"], colours["accent-wash"]) >= 4.5
        for fill in ("keep", "revoke"):
            assert contrast(colours[fill], colours["paper"]) >= 3


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_a_real_browser_runs_nothing_of_the_directory(tmp_path: Path) -> None:
    assert CHROMIUM is not None
    evidence = made.evidence(hostile=made.HOSTILE)
    html = render(evidence)
    (tmp_path / "report.html").write_bytes(html)
    done = subprocess.run(
        [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom",
            (tmp_path / "report.html").as_uri(),
        ],
        capture_output=True,
        timeout=120,
    )  # fmt: skip
    dom = done.stdout.decode()
    assert '<input type="search"' in dom, "our own script did not run"
    assert "<title>User access review" in dom, "a script of the directory ran"
    assert dom.count("<script") == 1
    assert "<img" not in dom
