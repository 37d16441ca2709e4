"""What uar detect wrote follows from what it was given, or `uar rebuild` says what does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.small import READ_KEY, small
from tests.seal.conftest import uar
from tests.seal.test_answers import Files, rebuilt
from uar import verify
from uar.commands._evidence import load
from uar.commands._looking import DETECTED_FILES
from uar.evidence import previous_of
from uar.folder import Folder
from uar.sandbox.server import Sandbox
from uar.snapshot import HEADER_FILE, json_bytes, json_line
from uar.unlike import Unlike, unlike
from uar.verify import CAMPAIGN, PACK

FINDINGS, COVERAGE, PERSONS, LINKS = (
    f"{name}.jsonl" for name in ("findings", "coverage", "persons", "links")
)
ROBOT, SMALL = (
    "NHI-01:jumpcloud:service:5a0000000000000000000001",
    "GRP-06:jumpcloud:group:b10000000000000000000002",
)
OWNER, ANA, CEM, DIA = (
    f"jumpcloud:{name}" for name in (
        "admin:ad0000000000000000000001", "user:a10000000000000000000001",
        "user:a10000000000000000000003", "user:a10000000000000000000004",
    )
)  # fmt: skip
LATER = "1900000000"  # 17 March 2030
ACCEPTED = f"""
[[exception]]
finding = "{ROBOT}"
reason = "Its owner is being found."
approver = "Tobias Okafor"
expires = 2099-01-31
[[exception]]
finding = "{SMALL}"
reason = "It is small."
approver = "Tobias Okafor"
expires = 2027-01-31
"""
JOINED = """
[[same]]
accounts = ["user:ana@example.com", "admin:owner@example.com"]
reason = "Her console account."
[[not_same]]
accounts = ["cem@example.com", "dia@example.com"]
reason = "Two people."
"""
Row = dict[str, Any]
Rows = list[Row]


@pytest.fixture(scope="module")
def told(opened: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A review that was told all there is to tell, detected three times, opened and closed."""
    place = tmp_path_factory.mktemp("told")
    review, settings = place / "q1", place / "uar.toml"
    settings.write_text(
        '[campaign]\nperiod = "2030-Q1"\n[reviewers]\nfallback = "ana@example.com"\n'
    )
    roster = "employee id,e-mail,name,status\n1,ana@example.com,Ana Test,active\n"
    (place / "hr.csv").write_text(roster + "2,ben@example.com,Ben Test,left\n")
    (place / "earlier.zip").write_bytes((opened / PACK).read_bytes())
    with Sandbox(small()) as box, pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUMPCLOUD_BASE_URL", box.url)
        patch.setenv("JUMPCLOUD_API_KEY", READ_KEY)
        patch.setenv("SOURCE_DATE_EPOCH", LATER)
        done("sync", review, "--settings", settings, "--roster", place / "hr.csv")
    done("detect", review, "--settings", settings)
    (place / "exceptions.toml").write_text(ACCEPTED)
    (place / "persons.toml").write_text(JOINED)
    done("detect", review, "--settings", settings, "--previous", place / "earlier.zip")
    settings.write_text(settings.read_text() + "[domains]\nown = ['example.com']\n")
    done("detect", review, "--settings", settings)
    settings.write_text(settings.read_text() + "[thresholds]\ninactive_days = 1\n")
    done("open", review, "--settings", settings)
    done("close", review, "--with-exceptions", "Nobody has been asked.")
    for name in ("hr.csv", "earlier.zip", "exceptions.toml", "persons.toml"):
        (place / name).unlink()  # the review knows it all by itself
    return review


def done(*words: object) -> None:
    result = uar(*words)
    assert result.exit_code == 0, result.output


def test_it_follows_from_all_that_was_told(told: Path, tmp_path: Path) -> None:
    code, said = rebuilt(told / PACK, tmp_path / "again")
    assert (code, said["identical"]) == (0, True), said
    assert said["detection"] == said["campaign"] == {"derived": True, "says": ""}
    assert {*DETECTED_FILES, "items.jsonl", "report.html"} < {*said["rows"]}
    for name in DETECTED_FILES:
        assert (tmp_path / "again" / name).read_bytes() == (told / name).read_bytes()


def test_everything_told_tells_in_it(told: Path) -> None:
    """Else the test above would show nothing."""
    found = {row["id"]: row for row in rows_of(told, FINDINGS)}
    assert found[ROBOT]["accepted_by"] == "Tobias Okafor" and found[ROBOT]["reviews"] == 2
    coverage = {row["detection"]: row for row in rows_of(told, COVERAGE)}
    assert coverage["PRC-15"]["found"] == 1 and coverage["NHI-01"]["accepted"] == 1
    assert coverage["ENT-08"]["not_run"] is coverage["ADM-08"]["not_run"] is None
    assert coverage["LIF-01"]["found"]
    (link,) = [row for row in rows_of(told, LINKS) if row["rule"] == "override"]
    assert (link["account_a"], link["account_b"]) == (OWNER, ANA) and link["merged"]


def test_what_is_kept_of_the_review_before_is_compared_with_itself(
    told: Path, opened: Path, tmp_path: Path
) -> None:
    """Folder or pack; and the hash that is kept of it is the one that closing printed."""
    about = json.loads((told / "previous" / "review.json").read_bytes())
    root = verify.check_pack((opened / PACK).read_bytes()).root
    assert about["ledger_head"] == root == previous_of(load(Folder(opened))).ledger_head
    rows = rows_of(told, "previous/findings.jsonl")
    gone = rows.pop()["id"]
    changed = {
        "previous/findings.jsonl": lines(rows),
        "previous/review.json": json_bytes({**about, "period": "2029-Q4"}),
    }
    path = resealed(told, tmp_path / "q1", changed)
    taken = uar("rebuild", path, tmp_path / "taken")
    assert "--previous compares it" in taken.stderr and "previous/findings" not in taken.stdout
    for number, before in enumerate((opened, opened / PACK)):
        code, said = rebuilt(path, tmp_path / f"again {number}", "--previous", before)
        assert code == 5 and said["previous"]["derived"]
        kept = {name: row for name, row in said["rows"].items() if name.startswith("previous/")}
        assert {name: row["says"] for name, row in kept.items() if not row["identical"]} == {
            "previous/findings.jsonl": f"1 row missing ({gone})",
            "previous/review.json": "1 field different (period)",
        }


def test_the_review_before_is_the_one_that_was_given(
    told: Path, opened: Path, tmp_path: Path
) -> None:
    path = resealed(told, tmp_path / "q1", {})
    code, said = rebuilt(path, tmp_path / "again", "--previous", opened / PACK)
    assert (code, said["identical"]) == (0, True)
    assert said["rows"]["previous/snapshot/grants.parquet"]["identical"]
    another = uar("rebuild", path, tmp_path / "more", "--previous", told)
    assert another.exit_code == 5 and "no entry of its ledger.jsonl has the hash" in another.stderr
    none = uar("rebuild", opened, tmp_path / "more", "--previous", told)
    assert none.exit_code == 2 and "made without one" in none.stderr
    assert not (tmp_path / "more").exists()


def rows_of(review: Path, name: str) -> Rows:
    return [json.loads(line) for line in (review / name).read_bytes().splitlines()]


def row_of(rows: Rows, key: str) -> Row:
    """By its key, whichever of the tables it is of."""
    return next(
        row
        for row in rows
        if key == (row.get("id") or row.get("account_id") or row.get("detection"))
    )


def resealed(told: Path, path: Path, changed: Files, upto: str = "detect") -> Path:
    """The review up to a step with other files in its steps, as uar itself writes them."""
    lines = Folder(told).ledger()
    last = [line["number"] for line in lines if line["step"] == upto][-1]
    with Folder(path).locked(create=True) as folder:
        for line in lines[:last]:
            settings = b""
            if line["settings"]:
                settings = (told / f"settings/{line['settings'][:16]}.toml").read_bytes()
            names = [name for name in line["wrote"] if not name.startswith("settings/")]
            files = {n: changed[n] if n in changed else (told / n).read_bytes() for n in names}
            if line["number"] == last:
                files |= {name: raw for name, raw in changed.items() if not folder.has(name)}
            folder.write(
                line["step"], files, at=line["at"], read=list(line["read"]), settings=settings,
                counts=line["counts"], facts=line["facts"], replace=True,
            )  # fmt: skip
    return path


def forge_findings(rows: Rows) -> str:
    """One is dropped, one made up; one is less severe, one accepted by nobody, one not so old."""
    lower = next(row for row in rows if row["severity"] == "high" and row["id"] != ROBOT)
    lower["severity"] = "info"
    over = row_of(rows, f"PRC-15:{SMALL}")
    over |= {"accepted_because": "So.", "accepted_by": "Me", "accepted_until": "2099-12-31"}
    row_of(rows, ROBOT)["reviews"] = 1
    rows.remove(row_of(rows, SMALL))
    rows.append({**lower, "id": "LIF-01:x"})
    different = {
        lower["id"]: "severity",
        over["id"]: "accepted_because, accepted_by, accepted_until",
        ROBOT: "reviews",
    }
    listed = ", ".join(f"{key}: {different[key]}" for key in sorted(different))
    return f"1 row too many (LIF-01:x); 1 row missing ({SMALL}); 3 rows different ({listed})"


def forge_coverage(rows: Rows) -> str:
    """What could not be told was not found, and what did not run found nothing."""
    blind, idle = row_of(rows, "AUT-08"), row_of(rows, "ENT-04")
    assert blind["cannot_tell"] and idle["not_run"]
    counts = ("found", "looked_at", "cannot_tell", "accepted")
    blind["cannot_tell"] = 0
    idle |= {**dict.fromkeys(counts, 0), "not_run": None}
    return f"2 rows different (AUT-08: cannot_tell, ENT-04: {', '.join(counts)}, not_run)"


def forge_persons(rows: Rows) -> str:
    """Two are made one, and one is made two."""
    row_of(rows, DIA)["person_id"] = row_of(rows, CEM)["person_id"]
    row_of(rows, ANA)["person_id"] = f"person:{ANA}"
    return f"2 rows different ({ANA}: person_id, {DIA}: person_id)"


def forge_links(rows: Rows) -> str:
    """A reason is weaker, and one is gone."""
    gone, weak = rows.pop()["link_id"], rows[0]
    weak["strength"] = "possible"
    return f"1 row missing ({gone}); 1 row different ({weak['link_id']}: strength)"


FORGE = {
    FINDINGS: forge_findings,
    COVERAGE: forge_coverage,
    PERSONS: forge_persons,
    LINKS: forge_links,
}


def test_tables_that_were_forged(told: Path, tmp_path: Path) -> None:
    """Everything hangs together, and uar verify finds nothing."""
    tables = {name: rows_of(told, name) for name in FORGE}
    says = {name: forge(tables[name]) for name, forge in FORGE.items()}
    path = resealed(told, tmp_path / "q1", {name: lines(rows) for name, rows in tables.items()})
    done("verify", path)
    code, said = rebuilt(path, tmp_path / "again")
    assert code == 5 and said["detection"]["derived"] and said["campaign"] is None
    assert {name: row["says"] for name, row in said["rows"].items() if not row["identical"]} == says


def lines(rows: Rows) -> bytes:
    return b"".join(map(json_line, rows))


def test_a_forger_who_drops_a_finding_and_seals_it_all_again(told: Path, tmp_path: Path) -> None:
    """Items, workbooks and report follow from what is left, and uar verify finds nothing."""
    rows = rows_of(told, FINDINGS)
    rows.remove(row_of(rows, SMALL))
    path = resealed(told, tmp_path / "q1", {FINDINGS: lines(rows)})
    done("open", path, "--settings", told.with_name("uar.toml"))
    done("close", path, "--with-exceptions", "Nobody has been asked.")
    done("verify", path / PACK)
    result = uar("rebuild", path / PACK, tmp_path / "again")
    assert result.exit_code == 5
    says = f"findings.jsonl does not follow from what uar detect was given: 1 row missing ({SMALL})"
    words = " ".join(result.stdout.split())
    assert says in words and "1 file of" in words and "byte-identical" in words
    assert words.count("differs") == 1


def first_line(raw: bytes) -> bytes:
    return raw.splitlines(keepends=True)[0]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"exceptions.toml": lambda raw: raw.replace(b"2099", b"2027")},
            {COVERAGE: "NHI-01: accepted", FINDINGS: f"1 row missing (PRC-15:{ROBOT})"},
        ),
        (
            {"exceptions.toml": lambda raw: b"", "persons.toml": lambda raw: b""},
            {COVERAGE: "rows different", LINKS: f"too many ({OWNER}~{ANA}:override)"},
        ),
        (
            {"snapshot/roster.jsonl": first_line, "previous/findings.jsonl": lambda raw: b""},
            {COVERAGE: "LIF-01: found", FINDINGS: ": reviews"},
        ),
    ],
    ids=["an exception is over", "nothing is told", "HR and the review before"],
)
def test_something_told_that_was_forged(
    told: Path, tmp_path: Path, changes: Mapping[str, Callable[[bytes], bytes]], says: Files
) -> None:
    files = {name: change((told / name).read_bytes()) for name, change in changes.items()}
    code, said = rebuilt(resealed(told, tmp_path / "q1", files), tmp_path / "again")
    assert code == 5 and said["detection"]["derived"]
    for name, words in says.items():
        assert words in said["rows"][name]["says"], said["rows"][name]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("exceptions.toml", ACCEPTED.replace("NHI-01", "NHI-02").encode(),
         "exceptions.toml, line 2: there is no finding NHI-02"),
        ("persons.toml", b"\xff", "persons.toml"),
    ],
)  # fmt: skip
def test_something_told_that_uar_detect_refuses(
    told: Path, tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    path = resealed(told, tmp_path / "q1", {name: content})
    result = uar("rebuild", path, tmp_path / "again")
    words = " ".join(result.stdout.split())
    assert result.exit_code == 5 and says in words
    assert "What uar detect wrote does not follow from what uar detect was given." in words
    assert words.count("differs") == len(DETECTED_FILES)


def test_a_table_that_is_not_there(told: Path, tmp_path: Path) -> None:
    """A ledger that never had it, and one that does not tell of uar detect."""
    files = {name: (told / name).read_bytes() for name in Folder(told).names("snapshot/")}
    found = {name: (told / name).read_bytes() for name in DETECTED_FILES if name != COVERAGE}
    for step, says in (("detect", "it is not there"), ("report", "")):
        with Folder(tmp_path / step).locked(create=True) as folder:
            folder.write("sync", files, at="2030-03-17T17:46:40Z")
            folder.write(step, found, at="2030-03-17T17:46:40Z")
        code, said = rebuilt(tmp_path / step, tmp_path / f"{step} again")
        assert code == 5 and says == (said["rows"].get(COVERAGE) or {"says": ""})["says"]
    assert "does not tell of uar detect" in said["detection"]["says"]


def test_what_uar_open_wrote_that_does_not_follow(told: Path, tmp_path: Path) -> None:
    campaign = json.loads((told / CAMPAIGN).read_bytes())
    more = "workbooks/more.xlsx"
    changed = {CAMPAIGN: json_bytes({**campaign, "owner": "Nobody"}), more: b"x"}
    path = resealed(told, tmp_path / "q1", changed, "open")
    done("verify", path)
    code, said = rebuilt(path, tmp_path / "again")
    assert code == 5 and said["campaign"]["derived"]
    assert {name: row["says"] for name, row in said["rows"].items() if not row["identical"]} == {
        CAMPAIGN: "1 field different (owner)",
        more: "nothing needs it",
    }


def test_an_item_that_is_another(told: Path) -> None:
    """uar verify already names one that was changed; here it is told which, and only by its row."""
    rows = rows_of(told, "items.jsonl")
    other = [{**row, "reviewer": "Me"} if at == 2 else row for at, row in enumerate(rows)][1:]
    found = unlike("items.jsonl", lines(rows), lines(other))
    assert found == Unlike("row", [rows[0]["item_id"]], [], [f"{rows[2]['item_id']}: reviewer"])
    again = unlike("items.jsonl", lines(rows), lines(rows[::-1]))
    assert again == Unlike("row", [], [], [])


@pytest.mark.parametrize("finished", ["rubbish", 7])
def test_a_moment_that_uar_never_writes(told: Path, tmp_path: Path, finished: object) -> None:
    header = json.loads((told / HEADER_FILE).read_bytes()) | {"finished_at": finished}
    path = resealed(told, tmp_path / "q1", {HEADER_FILE: json_bytes(header)})
    code, said = rebuilt(path, tmp_path / "again")
    assert code == 5 and "not what uar writes" in said["detection"]["says"]
