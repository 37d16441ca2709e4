"""Closing with something open: each item with its own reason, approver and last day, or refused."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.report import made
from tests.seal.conftest import uar
from uar.tieout import tie_out


@pytest.fixture
def review(tmp_path: Path) -> Path:
    made.on_disk(tmp_path / "q4", made.review())
    return tmp_path / "q4"


def left() -> dict[str, str]:
    found = tie_out(made.evidence()).left()
    return dict(zip(found["item_id"], found["left"], strict=True))


def toml(path: Path, items: Mapping[str, str], expires: str = "2099-01-31") -> Path:
    path.write_text(
        "".join(
            f'[[open]]\nitem = "{item}"\nreason = "<b>Because</b> of {word}."\n'
            f'approver = "Ada Quist"\nexpires = {expires}\n'
            for item, word in items.items()
        )
    )
    return path


def test_what_is_open_is_named_item_by_item(review: Path) -> None:
    refused = uar("close", review)
    assert refused.exit_code == 5
    assert {*left().values()} == {"Not sure", "Modify", "blocked"}
    for item, word in left().items():
        assert re.search(rf"{item}\s+{word}", refused.output), refused.output
    assert "[[open]]" in refused.output and not (review / "pack.zip").exists()


def test_each_item_may_have_its_own_exception(review: Path, tmp_path: Path) -> None:
    path = toml(tmp_path / "exceptions.toml", left())
    closed = uar("close", review, "--exceptions", path)
    assert closed.exit_code == 0, closed.output
    closing = json.loads((review / "closing.json").read_text())
    assert {entry["item"]: entry["left"] for entry in closing["items"]} == left()
    html = (review / "report.html").read_text()
    rows = html[html.index('<section id="exceptions"') :].partition("</section>")[0]
    for item in left():
        assert f'href="#{item}"' in rows
    assert rows.count("Ada Quist") == rows.count("2099-01-31") == len(left())
    assert "&lt;b&gt;Because&lt;/b&gt;" in rows and "<b>Because" not in html
    assert f"{len(left())} items closed with an exception of their own" in html
    assert uar("verify", review / "pack.zip").exit_code == 0
    assert uar("rebuild", review / "pack.zip", tmp_path / "again").exit_code == 5  # its workbooks
    assert (tmp_path / "again/report.html").read_bytes() == (review / "report.html").read_bytes()


def test_the_twin_of_it_names_nobody(review: Path, tmp_path: Path) -> None:
    path = toml(tmp_path / "exceptions.toml", left())
    assert uar("close", review, "--exceptions", path).exit_code == 0
    assert uar("redact", review, tmp_path / "twin.zip").exit_code == 0
    raw = (tmp_path / "twin.zip").read_bytes()
    assert b"Ada Quist" not in raw and b"Because" not in raw and b"2099-01-31" in raw


def test_one_that_is_missing_needs_a_reason_for_the_rest(review: Path, tmp_path: Path) -> None:
    (item, word), *others = left().items()
    path = toml(tmp_path / "exceptions.toml", dict(others))
    refused = uar("close", review, "--exceptions", path)
    assert refused.exit_code == 5 and item in refused.output
    assert not [other for other, _ in others if other in refused.output]
    words = ("--with-exceptions", "Tickets.", "--approver", "Bo Lind", "--expires", "2099-02-28")
    assert uar("close", review, "--exceptions", path, *words).exit_code == 0
    html = (review / "report.html").read_text()
    rows = html[html.index('id="closed-open"') :].partition("</table>")[0]
    assert f"<th>1 item<td>{word}<td>Tickets.<td>Bo Lind<td>2099-02-28" in rows
    assert len(re.findall("<tr", rows)) == 1 + len(left())


def test_an_approver_that_was_not_given_is_said_to_be_missing(review: Path) -> None:
    assert uar("close", review, "--with-exceptions", "Tickets.").exit_code == 0
    html = (review / "report.html").read_text()
    rows = html[html.index('id="closed-open"') :].partition("</table>")[0]
    assert "<td>Tickets.<td>not given<td>not given" in rows


def test_what_is_wrong_with_an_exception_is_said(review: Path, tmp_path: Path) -> None:
    done = next(
        item
        for item in made.evidence().items["item_id"]
        if item not in left()  # type: ignore[index]
    )
    path = tmp_path / "exceptions.toml"
    for items, expires, says in (
        ({**left(), done: "x"}, "2099-01-31", f"{done} is not open; take it out"),
        (left(), "2020-01-31", "2020-01-31, is over"),
        (left(), '"2099-01-31"', "expires must be a date"),
    ):
        refused = uar("close", review, "--exceptions", toml(path, items, expires))
        assert refused.exit_code == 2 and says in refused.output, refused.output
        assert f"{path}, line " in refused.output
    alone = uar("close", review, "--approver", "Ada")
    assert alone.exit_code == 2 and "--with-exceptions" in alone.output


def test_what_is_about_no_item_needs_a_reason_of_its_own(tmp_path: Path) -> None:
    made.on_disk(tmp_path / "q4", made.review(upto="detect"))
    path = toml(tmp_path / "exceptions.toml", {})
    refused = uar("close", tmp_path / "q4", "--exceptions", path)
    assert refused.exit_code == 5 and "No items yet" in refused.output
