"""A redacted twin: without a name, under the same root hash; single names can be opened."""

from __future__ import annotations

import io
import json
import stat
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from tests.report import made
from tests.report.test_report import Page
from tests.seal.conftest import uar
from uar import twin, verify
from uar.commands._evidence import load, opened
from uar.evidence import previous_of
from uar.measures.personal import PERSONAL, of
from uar.redactor import redactor
from uar.tieout import tie_out
from uar.verify import LEDGER, PACK, TWIN


def unzipped(raw: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def twins(closed: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, list[bytes]]:
    """The twin of the closed review, and the lines of its salts."""
    to = tmp_path_factory.mktemp("twin") / "twin.zip"
    done = uar("redact", closed, to)
    assert done.exit_code == 0, done.output
    salts = to.with_name("twin.zip.salts.jsonl")
    assert stat.S_IMODE(salts.stat().st_mode) == 0o600
    return to.read_bytes(), salts.read_bytes().splitlines()


def test_the_twin_has_the_root_and_no_name(closed: Path, twins: tuple[bytes, list[bytes]]) -> None:
    checked = verify.check_pack(twins[0])
    packed = verify.check_path(closed / PACK)
    assert checked.broken is None and checked.twin and checked.root == packed.root
    files = unzipped(twins[0])
    accounts = load(opened(closed)).snapshot.accounts
    columns = ["name", "login", "email", "employee_id", "title"]
    texts = {text for name in columns for text in accounts[name].dropna() if len(text) > 2}
    assert len(texts) > 15
    for name, content in files.items():
        if name != "verify.py":
            found = [text for text in texts if text.encode() in content]
            assert not found, (name, found)
            assert b"@junipertide" not in content and b"Because of" not in content, name


def test_every_text_is_opened_by_its_own_line_alone(
    twins: tuple[bytes, list[bytes]], tmp_path: Path
) -> None:
    raw, lines = twins
    files = unzipped(raw)
    said, wrong = verify.check_openings(files, b"\n".join(lines))
    assert not wrong and len(said) == len(lines) > 20
    boss = next(line for line in lines if json.loads(line)["value"] == "boss@junipertide.example")
    (tmp_path / "twin.zip").write_bytes(raw)
    (tmp_path / "line").write_bytes(boss)
    done = uar("verify", tmp_path / "twin.zip", "--opening", tmp_path / "line")
    assert done.exit_code == 0 and "'boss@junipertide.example'; it stands in" in done.output
    script = tmp_path / "verify.py"
    script.write_bytes(files["verify.py"])
    words = [sys.executable, "-I", "-S", str(script), str(tmp_path / "twin.zip")]
    alone = subprocess.run(
        [*words, "--opening", str(tmp_path / "line")], capture_output=True, text=True
    )
    assert alone.stdout == done.output and alone.returncode == 0
    for field, value in (("value", "somebody else"), ("salt", "00" * 16), ("commitment", "x")):
        (tmp_path / "line").write_text(json.dumps({**json.loads(boss), field: value}))
        done = uar("verify", tmp_path / "twin.zip", "--opening", tmp_path / "line")
        assert done.exit_code == 5 and "Not opened: line 1" in done.output


def test_its_page_has_the_numbers_of_the_original(
    closed: Path, twins: tuple[bytes, list[bytes]]
) -> None:
    ours, its = Page((closed / "report.html").read_bytes()), Page(unzipped(twins[0])["report.html"])
    assert "Redacted twin." in its.text and "Redacted twin." not in ours.text
    for name in ("by-kind", "accounts", "population-kinds", "coverage-list", "ages", "ledger"):
        assert its.tables[name] == ours.tables[name], name
    assert set(its.tables) == set(ours.tables)
    assert {n: len(rows) for n, rows in its.tables.items()} == {
        n: len(rows) for n, rows in ours.tables.items()
    }


def test_no_other_twin_can_be_made_afterwards(twins: tuple[bytes, list[bytes]]) -> None:
    opened_twin = verify.unpack(twins[0])
    files, root = dict(opened_twin.files), opened_twin.root
    items = files["items.jsonl"].replace(b"redacted:", b"redacted:0", 1)
    recorded = json.loads(files[TWIN])
    recorded["files"]["items.jsonl"] = verify.stamp(items)
    for forged, named in (
        ({"items.jsonl": items}, "items.jsonl"),
        ({"items.jsonl": items, TWIN: verify.json_bytes(recorded)}, TWIN),
    ):
        broken = verify.check_pack(verify.pack({**files, **forged}, root)).broken
        assert broken and broken.path == named
    broken = verify.check_pack(verify.pack(files, "0" * 64)).broken
    assert broken and broken.path == verify.MANIFEST


def test_the_same_twin_again_and_only_of_what_is_closed(
    closed: Path, twins: tuple[bytes, list[bytes]], tmp_path: Path
) -> None:
    again = tmp_path / "again.zip"
    done = uar("redact", closed / PACK, again, "--salts", tmp_path / "salts", "--json")
    assert json.loads(done.stdout)["redacted"] == len(twins[1])
    assert again.read_bytes() == twins[0]
    made.on_disk(tmp_path / "open", made.review())
    done = uar("redact", tmp_path / "open", tmp_path / "x.zip")
    assert done.exit_code == 5 and "not closed yet" in done.output
    assert not (tmp_path / "x.zip").exists() and not (tmp_path / "x.zip.salts.jsonl").exists()
    done = uar("redact", again, tmp_path / "x.zip")
    assert done.exit_code == 2 and "a redacted twin already" in done.output
    done = uar("redact", closed, closed / "x.zip")
    assert done.exit_code == 2 and "lies in a review folder" in done.output
    done = uar("prove", again, "UAR-1")
    assert done.exit_code == 5 and "name the pack" in done.output


def test_every_file_of_a_pack_is_in_the_list_of_personal_data(closed: Path) -> None:
    names = set(unzipped((closed / PACK).read_bytes()))
    assert all(of(name) != PERSONAL[-1] for name in names)
    recorded = json.loads((closed / TWIN).read_bytes())["personal_data"]
    assert [entry["files"] for entry in recorded] == [entry.files for entry in PERSONAL]
    page = Page((closed / "report.html").read_bytes())
    assert [row[0] for row in page.tables["personal-list"][1:]] == [
        entry.files for entry in PERSONAL if any(of(name) == entry for name in names)
    ]


def test_what_people_are_called_is_found_in_kept_texts_too() -> None:
    evidence = made.evidence()
    entitlements = evidence.snapshot.entitlements
    named = entitlements.assign(
        name=["Person 1's group", "Production", "pay@bank.example", "Administrator", "user4"]
    )
    snap = replace(evidence.snapshot, entitlements=named)
    red = redactor(replace(evidence, snapshot=snap, previous=previous_of(evidence)))
    shown = red.frame(named, "entitlements")["name"].tolist()
    assert [text.startswith("redacted:") for text in shown] == [True, False, True, False, True]
    assert red.text("Boss@X.example") == red.text("boss@x.example") != red.text("Boss")
    ids = {"id": "LIF-11:hr:e-77", "subject": "hr:e-77", "key_of": ["64c0ffee"]}
    document = red.document(ids)
    assert document["id"].startswith("LIF-11:redacted:") and "e-77" not in str(document)
    assert document["key_of"] == ["64c0ffee"]
    frame = pd.DataFrame({"entitlement": ["Ana's Mac"], "entitlement_kind": ["device"]})
    hidden = red.frame(frame.astype("string"), "items")["entitlement"].iloc[0]
    assert hidden.startswith("redacted:")


def test_the_evidence_of_a_twin_ties_out(closed: Path) -> None:
    evidence = load(opened(closed))
    evidence = replace(evidence, previous=previous_of(evidence))
    red = redactor(evidence)
    ours, its = tie_out(evidence), tie_out(twin.evidence_of(red, evidence))
    assert its.equations == ours.equations
    assert [a.word for a in its.answers] == [a.word for a in ours.answers]
    assert LEDGER not in twin.files(red, {LEDGER: b""})


def test_a_login_that_is_a_word_of_ours_changes_no_answer() -> None:
    evidence = made.evidence()
    words = ["admin", "active", "user", "group membership", "Keep", "Revoke", "removed", "medium"]
    accounts = evidence.snapshot.accounts.copy()
    accounts["login"] = pd.array([*words, *accounts["login"][len(words) :]], dtype="string")
    evidence = replace(evidence, snapshot=replace(evidence.snapshot, accounts=accounts))
    its = twin.evidence_of(redactor(evidence), evidence)
    assert tie_out(its).equations == tie_out(evidence).equations
    assert tie_out(its).answers == tie_out(evidence).answers
    assert set(its.snapshot.accounts["status"]) == set(accounts["status"])


def test_a_long_name_is_read_in_no_time() -> None:
    evidence = made.evidence()
    accounts = evidence.snapshot.accounts.copy()
    accounts["name"] = "A" * 20_000 + "!"  # where four words may begin: a day and a night
    redactor(replace(evidence, snapshot=replace(evidence.snapshot, accounts=accounts)))


def test_a_name_is_hidden_wherever_somebody_may_have_written_it() -> None:
    evidence = made.evidence()
    accounts = evidence.snapshot.accounts.copy()
    accounts.loc[accounts.index[0], "name"] = "Ottilie Quillfeather"
    things = evidence.snapshot.entitlements.copy()
    things.loc[things.index[0], ["kind", "name"]] = ["device", "jt-mac-otto"]
    campaign = replace(
        evidence.settings.campaign,
        name="The review of Ottilie Quillfeather",
        control="ITGC-07, performed by quillfeather",
        organisation="Quillfeather & Sons",
        prepared_by="Somebody Else",
    )
    evidence = replace(
        evidence,
        snapshot=replace(evidence.snapshot, accounts=accounts, entitlements=things),
        settings=replace(evidence.settings, campaign=campaign),
    )
    red = redactor(evidence)
    for key, value in (
        ("entitlement", "Friends of Ottilie"),
        ("entitlement", "QUILLFEATHER's team"),
        ("entitlement", "jt-mac-otto"),
        ("cell", "Ottilie!B7"),
        ("department", "Quillfeather, Ottilie"),
    ):
        assert red.word(key, value, frozenset({"entitlement"})).startswith("redacted:"), value
    rule = "ENT-04:person:jumpcloud:user:64c0ffee000000000a100016:Ottilie's rule"
    assert "Ottilie" not in red.word("id", rule, frozenset())
    assert red.word("id", rule[: rule.rindex(":")], frozenset()) == rule[: rule.rindex(":")]
    shown = twin.evidence_of(red, evidence).settings.campaign
    said = (shown.name, shown.control, shown.organisation, shown.prepared_by)
    assert all(text.startswith("redacted:") for text in said), said
    assert red.word("title", "The console of somebody", frozenset({"title"})).startswith("The")
    for word in ("Finance", "Production", "On-call"):
        assert red.word("entitlement", word, frozenset({"entitlement"})) == word
