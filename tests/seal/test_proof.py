"""What stands on a proof page is in the pack, and its hashes lead to the root."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report import made
from tests.seal.conftest import uar
from uar import verify
from uar.commands._evidence import load, opened
from uar.commands._raw import raw_of
from uar.proof import Page, Pages
from uar.sample import _shares, sample
from uar.snapshot import rows_of
from uar.tieout import tie_out


@pytest.fixture(scope="module")
def pages(closed: Path) -> dict[str, Page]:
    review = opened(closed / "pack.zip")
    evidence = load(review)
    assert evidence.items is not None
    make = Pages(evidence, review, raw_of(review, evidence))
    return {item: make.page(item) for item in evidence.items["item_id"]}


def files(closed: Path) -> dict[str, bytes]:
    return dict(verify.unpack((closed / "pack.zip").read_bytes()).files)


def test_every_files_digest_is_that_of_the_pack(closed: Path, pages: dict[str, Page]) -> None:
    members, seen = files(closed), set()
    ledger = {line["number"]: line for line in verify.chain(members["ledger.jsonl"])[0]}
    for page in pages.values():
        for part in page.parts:
            for says, hashed in part.proof:
                found = re.fullmatch(r"(.+), in ledger entry (\d+)", says)
                if found:
                    assert verify.digest(members[found[1]]) == hashed
                    assert ledger[int(found[2])]["wrote"][found[1]]["sha256"] == hashed
                    seen.add(found[1].split("/")[0])
        steps = dict(page.parts[-1].proof)
        assert list(steps.values()) == [line["hash"] for line in ledger.values()]
    assert seen >= {"snapshot", "items.jsonl", "workbooks", "decisions", "returned", "plans"}
    assert seen >= {"journal.jsonl", "receipts", "campaign.json"}


def test_every_item_climbs_to_the_population_root(closed: Path, pages: dict[str, Page]) -> None:
    members = files(closed)
    root = json.loads(members["campaign.json"])["population_root"]
    lines = {json.loads(line)["item_id"]: line for line in members["items.jsonl"].splitlines()}
    for item, page in pages.items():
        (part,) = [part for part in page.parts if part.title == "Shown to the reviewer"]
        path = [
            (says.removeprefix("with the hash to the "), hashed)
            for says, hashed in part.proof
            if says.startswith("with the hash")
        ]
        assert path and verify.climb(lines[item], path) == root
        assert (f"population root, as {verify.CAMPAIGN} names it", root) in part.proof


def test_the_page_says_what_the_files_say(closed: Path, pages: dict[str, Page]) -> None:
    review = opened(closed)
    evidence = load(review)
    for row in evidence.decisions.to_dict("records"):
        parts = [dict(p.facts) for p in pages[row["item_id"]].parts if p.title == "Decision"]
        assert parts[-1]["decision"] == row["decision"]
        assert (parts[-1]["file"], parts[-1]["cell"]) == (row["file"], row["cell"])
    answers = [review.read(name, "ingest") for name in review.names("decisions/")]
    twice = Counter(row["item_id"] for lines in answers for row in rows_of(lines.splitlines()))
    for item, page in pages.items():
        titles = Counter(part.title for part in page.parts)
        assert titles["Decision"] == max(1, twice[item])
        journal = [line for line in evidence.journal if line.get("item") == item]
        assert sum(n for title, n in titles.items() if "Removal" in title) == max(1, len(journal))
    lines = verify.chain(files(closed)["journal.jsonl"])[0]
    shown = [hashed for page in pages.values() for part in page.parts for _, hashed in part.proof]
    assert {line["hash"] for line in lines if "item" in line} <= set(shown)


def test_prove_speaks_to_people_machines_and_browsers(closed: Path, tmp_path: Path) -> None:
    evidence = load(opened(closed))
    item = evidence.decisions["item_id"].iloc[0]
    said = uar("prove", closed / "pack.zip", item)
    assert said.exit_code == 0 and "fits what was shown" in said.output
    root = verify.check_path(closed).root
    assert said.output.rstrip().endswith(f"Root hash: {root}")
    document = json.loads(uar("prove", closed, item, "--json").output)
    assert (document["root"], document["item"]) == (root, item)
    html = tmp_path / "page.html"
    assert uar("prove", closed, item, "--html", html).exit_code == 0
    text = html.read_text("utf-8")
    assert all(hashed in text for part in document["parts"] for _, hashed in part["proof"])
    assert "<script" not in text and "http" not in text.replace("http-equiv", "")


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    made.on_disk(tmp_path / "q4", made.review(hostile=made.HOSTILE))
    item = load(opened(tmp_path / "q4")).items["item_id"].iloc[0]  # type: ignore[index]
    html = tmp_path / "page.html"
    assert uar("prove", tmp_path / "q4", item, "--html", html).exit_code == 0
    text = html.read_text("utf-8")
    assert "<script>document" not in text and "<img" not in text and "\u202e" not in text
    assert "&lt;script&gt;" in text
    assert "\u202e" not in uar("prove", tmp_path / "q4", item).output


def test_nothing_is_proven_of_a_broken_review(closed: Path, tmp_path: Path) -> None:
    raw = bytearray((closed / "pack.zip").read_bytes())
    raw[len(raw) // 2] ^= 1
    (tmp_path / "pack.zip").write_bytes(raw)
    item = load(opened(closed)).decisions["item_id"].iloc[0]
    for words in (("prove", item), ("sample", "--seed", "1")):
        refused = uar(words[0], tmp_path / "pack.zip", *words[1:])
        assert refused.exit_code == 5 and "nothing can be proven" in refused.output
    refused = uar("prove", closed, "UAR-0000-0000-00000")
    assert refused.exit_code == 2 and "there is no item" in refused.output
    assert uar("prove", tmp_path / "nowhere", item).exit_code == 5


def test_an_item_can_be_proven_at_every_stage(tmp_path: Path) -> None:
    for step in made.STEPS:
        made.on_disk(tmp_path / step, made.review(upto=step))
        said = uar("sample", tmp_path / step, "--seed", "1", "--n", "3", "--json")
        assert said.exit_code == (0 if made.STEPS.index(step) >= 2 else 2), said.output


def test_a_sample_is_reproducible_and_stratified(closed: Path, tmp_path: Path) -> None:
    def chosen(*words: object) -> dict[str, Any]:
        return json.loads(uar("sample", *words, "--json").output)

    one = chosen(closed, "--seed", "a", "--n", 5)
    assert one == chosen(closed / "pack.zip", "--seed", "a", "--n", 5)
    items = [page["item"] for page in one["pages"]]
    assert len(set(items)) == 5
    assert items != [p["item"] for p in chosen(closed, "--seed", "b", "--n", 5)["pages"]]
    everything = chosen(closed, "--seed", "a", "--n", 1000)
    standing = tie_out(load(opened(closed))).standing
    assert standing is not None and len(everything["pages"]) == len(standing)
    for stratum in everything["strata"]:
        word = stratum["says"].split(",")[0]
        own = standing[standing["item_id"].isin(stratum["chosen"])]
        assert set(own["decision"]) == {word} and len(own) == stratum["items"]
    html = tmp_path / "sample.html"
    assert uar("sample", closed, "--seed", "a", "--html", html).exit_code == 0
    assert 'id="' + items[0] in html.read_text("utf-8")
    assert uar("sample", closed).exit_code == 2  # a seed has to be named
    assert "Root hash" in uar("sample", closed, "--seed", "a").output


def test_a_sample_is_the_same_whatever_the_order_of_the_rows(closed: Path) -> None:
    tieout = tie_out(load(opened(closed)))
    assert tieout.standing is not None
    before = sample(tieout, 4, "seed")
    turned = tieout.standing.iloc[::-1].reset_index(drop=True)
    object.__setattr__(tieout, "standing", turned)
    assert sample(tieout, 4, "seed") == before


@given(
    st.dictionaries(st.text(max_size=3), st.integers(1, 500), min_size=1, max_size=9),
    st.integers(1, 60),
)
def test_shares_add_up_and_follow_the_proportions(sizes: dict[str, int], wanted: int) -> None:
    size = min(wanted, sum(sizes.values()))
    shares = _shares(sizes, size)
    assert sum(shares.values()) == size
    assert all(0 <= shares[name] <= sizes[name] for name in sizes)
    if size >= len(sizes):
        assert min(shares.values()) >= 1
    for name, other in ((a, b) for a in sizes for b in sizes):
        if sizes[name] > sizes[other]:
            assert shares[name] >= shares[other]


def test_the_raw_record_stands_where_the_page_says() -> None:
    """On the sample review, whose answers came from the emulated tenant over HTTP."""
    review = opened(Path(__file__).parents[2] / "samples" / "review")
    evidence = load(review)
    find = raw_of(review, evidence)
    accounts = evidence.snapshot.accounts
    logins = dict(zip(accounts["account_id"], accounts["login"], strict=True))
    assert evidence.items is not None and len(evidence.snapshot.uses) > 10
    used, given = evidence.snapshot.uses["use_id"], evidence.snapshot.given["given_id"]
    assert len(given)
    ids = [*evidence.items["grant_id"], *used, *given]
    for row_id in ids:
        raw = find(row_id)
        assert raw is not None, row_id
        line = json.loads(gzip.decompress(review.read(raw.file, "sync")).splitlines()[raw.line - 1])
        assert verify.digest(line["body"].encode()) == raw.sha256
        found = json.loads(line["body"])
        for step in raw.pointer.split("/")[1:]:
            found = found[int(step) if isinstance(found, list) else step]
        assert found == json.loads(raw.record)
        told = row_id.removesuffix("@given")
        account, what = (told.partition(mark)[0 if mark == "@" else 2] for mark in "@>")
        own = what.split(":")[-1] if what else account.split(":")[-1]
        assert own in raw.record or logins[account] in raw.record
    make = Pages(evidence, review, find)
    shown = {item: make.page(item) for item in evidence.items["item_id"]}
    titles = Counter(part.title for page in shown.values() for part in page.parts)
    assert titles["Use"] > 10
    assert all("raw record" in dict(page.parts[0].facts) for page in shown.values())
