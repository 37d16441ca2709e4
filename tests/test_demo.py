"""The whole life of a review, as `uar demo` plays it: what it leaves holds, nothing else does."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from markupsafe import escape

from uar.folder import Folder

SAMPLES = Path(__file__).parents[1] / "samples"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A played demo and everything it said."""
    folder = tmp_path_factory.mktemp("demo") / "review"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "uar", "demo", str(folder)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout + done.stderr


def uar(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "uar", *words], capture_output=True, text=True)


def test_what_it_leaves_is_verified(demo: tuple[Path, str]) -> None:
    folder, _ = demo
    assert uar("verify", str(folder)).returncode == 0
    assert uar("verify", str(folder / "pack.zip")).returncode == 0
    assert (folder / "report.html").is_file()
    assert len(list((folder / "workbooks").glob("*.xlsx"))) >= 5


def test_it_plays_on_its_own_days_in_every_year(demo: tuple[Path, str]) -> None:
    folder, said = demo
    days = {line["step"]: line["at"][:10] for line in Folder(folder).ledger()}
    assert days["sync"] == "2026-11-20"
    assert days["ingest"] == "2026-11-25"
    assert days["close"] == "2026-12-03"
    header = json.loads((folder / "snapshot" / "snapshot.json").read_bytes())
    assert header["finished_at"].startswith("2026-11-20T")
    assert "after the due date" not in said


def test_what_stayed_open_is_what_the_samples_excuse(demo: tuple[Path, str]) -> None:
    folder, _ = demo
    sample = tomllib.loads((SAMPLES / "exceptions.toml").read_text("utf-8"))
    closing = json.loads((folder / "closing.json").read_bytes())
    told = {entry["item"]: (entry["reason"], entry["approver"]) for entry in closing["items"]}
    assert told == {entry["item"]: (entry["reason"], entry["approver"]) for entry in sample["open"]}
    assert closing["exceptions"] == "" and len(told) == 3
    assert closing["prepared_by"] == "Thandiwe Brook, Governance and Risk"
    html = (folder / "report.html").read_text("utf-8")
    assert "<dt>Prepared by</dt><dd>Thandiwe Brook, Governance and Risk</dd>" in html
    for item, (reason, _) in told.items():
        assert item in html and escape(reason) in html


def test_what_it_prints_is_for_people(demo: tuple[Path, str]) -> None:
    _, said = demo
    assert "<NA>" not in said
    assert "no previous review given" in said
    assert "of severity info" in said
    assert "\ninfo " not in said
    assert "Of 123 items, 1 Not sure." in said


def test_the_next_review_sees_what_was_put_back(demo: tuple[Path, str]) -> None:
    folder, said = demo
    following = folder.with_name(folder.name + "-next")
    lines = (following / "findings.jsonl").read_bytes().splitlines()
    ages = [json.loads(line)["reviews"] for line in lines]
    told = f"{ages.count(1)} new, {ages.count(2)} found again, "
    assert f"Since Quarterly access review 2026-Q4: {told}" in said
    compared = uar("compare", str(folder), str(following), "--json")
    assert compared.returncode == 1
    (back,) = json.loads(compared.stdout)["reappeared"]
    found = {(row["detection"], row["subject"]): row for row in map(json.loads, lines)}
    assert ("ENT-09", back["change_id"]) in found
    oona, people = "jumpcloud:user:64c0ffee000000000a100008", "group:64c0ffee0000000009a00005"
    assert found["LIF-09", oona]["severity"] == "high"
    assert ("ENT-08", f"jumpcloud:{people}>user:64c0ffee000000000a100008") in found
    # What was accepted for the last review has expired, and the finding counts again.
    emergency = "jumpcloud:admin:64c0ffee000000000ad00008"
    assert ("PRC-15", f"ADM-06:{emergency}") in found
    assert found["ADM-06", emergency]["reviews"] == 2
    assert found["ADM-06", emergency]["accepted_by"] is None
    campaign = json.loads((following / "campaign.json").read_bytes())
    assert campaign["period"] == "2027-Q1"
    assert uar("verify", str(following)).returncode == 0


def test_one_changed_byte_of_any_file_is_refused(demo: tuple[Path, str], tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(demo[0], folder)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != ".lock"]
    assert len(files) > 25
    for path in files:
        original = path.read_bytes()
        for position in {0, len(original) // 2, max(len(original) - 1, 0)}:
            damaged = bytearray(original or b"?")
            damaged[position] ^= 1
            path.write_bytes(bytes(damaged))
            _, broken = Folder(folder).verify()
            assert broken is not None, path
            assert broken.path == path.relative_to(folder).as_posix()
        path.write_bytes(original)
    assert Folder(folder).verify()[1] is None
    target = folder / "items.jsonl"
    target.write_bytes(target.read_bytes().replace(b"Keep", b"Kept") + b" ")
    refused = uar("verify", str(folder))
    assert refused.returncode == 5
    assert "items.jsonl" in refused.stdout + refused.stderr


def test_badly_filled_files_were_refused_with_their_cells(demo: tuple[Path, str]) -> None:
    receipts = [
        json.loads(path.read_text("utf-8")) for path in sorted((demo[0] / "receipts").iterdir())
    ]
    text = json.dumps(receipts)
    assert any(receipt["rows"]["refused"] for receipt in receipts)
    assert "Decisions!" in text


def test_no_secret_is_left_behind(demo: tuple[Path, str]) -> None:
    folder, said = demo
    sample = Path(__file__).parents[1] / "samples" / "organisation.json"
    state = json.loads(sample.read_text("utf-8"))
    secrets = [key["key"] for key in state["keys"] if "key" in key]
    secrets += [app["config"]["idpPrivateKey"] for app in state["applications"] if "config" in app]
    secrets += [server["sharedSecret"] for server in state["radiusservers"]]
    assert len(secrets) > 4
    for secret in (part for part in secrets if isinstance(part, str)):
        assert secret not in said
        for path in folder.rglob("*"):
            if path.is_file():
                assert secret.encode() not in path.read_bytes(), path


def test_a_second_demo_does_not_overwrite_the_first(demo: tuple[Path, str]) -> None:
    again = uar("demo", str(demo[0]))
    assert again.returncode == 2
    assert "is already there" in again.stderr
