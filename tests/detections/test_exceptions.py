"""exceptions.toml: what is accepted, for how long, and what is wrong with the file."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from tests.detections.world import NOW, admin, detect, facts
from uar.cli import main
from uar.detections import detections, run
from uar.errors import SetupError
from uar.exceptions import accept, parse
from uar.folder import Folder
from uar.sandbox.organisations import load, sample
from uar.sandbox.server import Sandbox

ORPHAN = "ADM-01:jumpcloud:admin:orphan"


def toml(finding: str = ORPHAN, expires: str = "2026-11-20") -> bytes:
    said = f'finding = "{finding}"\nreason = "Safe"\napprover = "Bo"\nexpires = {expires}\n'
    return f"# Accepted\n[[exception]]\n{said}".encode()


def judged(content: bytes) -> tuple[pd.DataFrame, pd.DataFrame]:
    exceptions = parse(content, "e.toml")
    found = run(facts([admin("orphan"), admin("other")]), detections())
    findings, coverage = accept(*found, exceptions, pd.Timestamp(NOW), "e.toml")
    return findings.set_index("id"), coverage.set_index("detection")


def test_an_accepted_finding_stays_and_is_counted() -> None:
    findings, coverage = judged(toml())
    marks = findings.loc[ORPHAN, ["accepted_because", "accepted_by", "accepted_until"]]
    assert marks.tolist() == ["Safe", "Bo", "2026-11-20"]
    assert pd.isna(findings.loc["ADM-01:jumpcloud:admin:other", "accepted_until"])
    assert coverage.loc["ADM-01", ["found", "accepted"]].tolist() == [2, 1]
    assert coverage.loc["ADM-02", "accepted"] == 0


def test_it_comes_back_when_the_day_is_over() -> None:
    findings, coverage = judged(toml(expires="2026-11-19"))
    assert pd.isna(findings.loc[ORPHAN, "accepted_until"])
    assert coverage.loc["ADM-01", ["found", "accepted"]].tolist() == [2, 0]


def test_prc_15_finds_what_has_expired() -> None:
    def row(finding: str, expires: str) -> dict[str, object]:
        plain = {"reason": "Safe", "approver": "Bo", "line": 1}
        return {**plain, "finding": finding, "expires": f"{expires}T00:00:00Z"}

    given = [row(ORPHAN, "2026-11-19"), row("X-01:a", "2026-11-20")]
    found, coverage = detect("PRC-15", facts([], exceptions=given))
    assert list(found) == [ORPHAN.replace("jumpcloud:", "")]
    says = f"The finding {ORPHAN} was accepted until 2026-11-19 by Bo; it counts again."
    assert next(iter(found.values()))["says"] == says
    known, _ = detect("PRC-15", facts([admin("orphan")], exceptions=given))
    (finding,) = known.values()
    assert finding["subject_name"] == "Orphan Quine"
    assert finding["says"] == (
        'The finding ADM-01 ("Administrator without a user: nobody is behind it") of Orphan Quine '
        "was accepted until 2026-11-19 by Bo; it counts again."
    )
    assert (coverage["looked_at"], coverage["cannot_tell"]) == (2, 0)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (toml("ADM-01:nobody"), "e.toml, line 2: there is no finding ADM-01:nobody"),
        (
            toml("ADM-01:jumpcloud:admin:orphaned"),
            f"line 2: there is no finding ADM-01:jumpcloud:admin:orphaned; is it {ORPHAN}?",
        ),
        (
            toml("ADM-01:nobody") + toml("ADM-01:one"),
            "correct its id.\ne.toml, line 8: there is no finding ADM-01:one; take",
        ),
        (b"# x\n[[exeption]]\n", "e.toml, line 2: there is only [[exception]]"),
        (toml() + toml(), "e.toml, line 8: ADM-01:jumpcloud:admin:orphan stands in line 2 too"),
        (toml(expires='"2026-11-20"'), "line 2: expires must be a date"),
        (toml(expires="2026-11-20T10:00:00"), "line 2: expires must be a date"),
        (toml().replace(b'"Safe"', b'" "'), "line 2: reason must be a text"),
        (toml().replace(b"approver", b"aprover"), "line 2: there is no aprover; known: finding"),
        (b"[exception]\n", "there is only [[exception]]"),
        (b"[[accepted]]\n", "there is only [[exception]]"),
        (b"exception = [{}]\n", "on a line of its own"),
        (b"[[exception\n", "e.toml: "),
        (b"\xff", "is not UTF-8"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(content: bytes, says: str) -> None:
    with pytest.raises(SetupError) as caught:
        judged(content)
    assert says in str(caught.value)


def test_what_was_not_asked_may_still_be_accepted() -> None:
    findings, coverage = judged(toml("ENT-08:jumpcloud:user:ana"))
    assert coverage.loc["ENT-08", "not_run"] == "no previous review given"
    assert findings["accepted_until"].isna().all()


def test_a_file_may_accept_nothing() -> None:
    said = 'reason = "x"\napprover = "y"\nexpires = 2027-01-01\n'
    findings, _ = judged(b"[[open]]\n" + b'item = "UAR-1"\n' + said.encode())
    assert len(findings) and findings["accepted_until"].isna().all()


def test_detect_reads_it_from_beside_the_settings(tmp_path: Path) -> None:
    folder, settings = tmp_path / "q4", tmp_path / "uar.toml"
    settings.write_bytes(sample().with_name("uar.toml").read_bytes())
    with Sandbox(load(sample())) as tenant:
        keys = {"JUMPCLOUD_API_KEY": tenant.api_key, "JUMPCLOUD_BASE_URL": tenant.url}
        assert CliRunner().invoke(main, ["sync", str(folder)], env=keys).exit_code == 0
    file = tmp_path / "exceptions.toml"
    words = ["detect", str(folder), "--settings", str(settings), "--json"]
    file.write_bytes(toml())
    wrong = CliRunner().invoke(main, words)
    assert wrong.exit_code == 2
    assert not Folder(folder).has("findings.jsonl")
    console = next(a["_id"] for a in load(sample())["admins"] if a["email"].startswith("console"))
    finding = f"ADM-01:jumpcloud:admin:{console}"
    file.write_bytes(toml(finding, "9999-12-30"))
    rows = {row["id"]: row for row in json.loads(CliRunner().invoke(main, words).stdout)}
    assert rows[finding]["accepted_by"] == "Bo"
    assert Folder(folder).read("exceptions.toml", "detect") == toml(finding, "9999-12-30")


def test_findings_are_made_anew_until_a_step_works_from_them(tmp_path: Path) -> None:
    folder, settings = tmp_path / "q4", tmp_path / "uar.toml"
    settings.write_bytes(sample().with_name("uar.toml").read_bytes())
    with Sandbox(load(sample())) as tenant:
        keys = {"JUMPCLOUD_API_KEY": tenant.api_key, "JUMPCLOUD_BASE_URL": tenant.url}
        assert CliRunner().invoke(main, ["sync", str(folder)], env=keys).exit_code == 0
    review, file = Folder(folder), tmp_path / "exceptions.toml"
    words = ["detect", str(folder), "--settings", str(settings), "--json"]

    def accepted() -> list[str]:
        rows = json.loads(CliRunner().invoke(main, words).stdout)
        assert review.verify()[1] is None
        return [row["id"] for row in rows if row["accepted_until"]]

    assert accepted() == []
    first = review.read("findings.jsonl", "detect")
    assert CliRunner().invoke(main, ["report", str(folder)]).exit_code == 0
    finding = next(id_ for id_ in map(id_of, first.splitlines()) if id_.startswith("ADM-01:"))
    file.write_bytes(toml(finding, "9999-12-31"))
    assert accepted() == [finding]
    file.unlink()
    assert accepted() == []
    assert review.read("findings.jsonl", "detect") == first
    assert review.read("exceptions.toml", "detect") == b""
    opening = ["open", str(folder), "--settings", str(settings)]
    assert CliRunner().invoke(main, opening).exit_code == 0
    file.write_bytes(toml(finding, "9999-12-31"))
    late = CliRunner().invoke(main, words)
    assert late.exit_code == 5
    assert "uar open has worked from its findings already" in late.stderr
    assert review.read("findings.jsonl", "detect") == first


def id_of(line: bytes) -> str:
    return str(json.loads(line)["id"])
