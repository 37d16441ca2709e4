"""Whatever is changed in a finished review or its pack is found and named."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.report import made
from uar.cli import main
from uar.commands._evidence import load
from uar.commands.verify import check
from uar.folder import LEDGER, Folder
from uar.snapshot import json_bytes
from uar.verify import MANIFEST, SEALS, SUMS, merkle_root, pack, unpack, whole_lines


def uar(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("closed") / "q4"
    made.on_disk(path, made.review())
    assert uar("report", path).exit_code == 0
    done = uar("close", path, "--with-exceptions", "Owners have tickets.")
    assert done.exit_code == 0, done.output
    return path


@pytest.fixture
def copy(closed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(closed, tmp_path / "copy"))


def members(raw: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def named(raw: bytes) -> str:
    broken = unpack(raw).broken
    return broken.path if broken else ""


def assert_broken(path: Path, name: str) -> None:
    result = uar("verify", path)
    assert result.exit_code == 5, result.output
    assert result.output.startswith(f"Broken: {name} "), result.output


def test_a_finished_review_holds(closed: Path) -> None:
    for path in (closed, closed / "pack.zip"):
        result = uar("verify", path, "--json")
        assert result.exit_code == 0, result.output
        said = json.loads(result.output)
        assert said["holds"] and said["broken"] is None
        assert said["root"] == unpack((closed / "pack.zip").read_bytes()).root


def test_it_holds_at_every_stage(tmp_path: Path) -> None:
    for step in made.STEPS:
        made.on_disk(tmp_path / step, made.review(upto=step))
        assert uar("verify", tmp_path / step).exit_code == 0, step


def test_one_flipped_byte_of_any_file_is_named(copy: Path) -> None:
    files = [path for path in sorted(copy.rglob("*")) if path.is_file() and path.name != ".lock"]
    assert len(files) == len({n for line in Folder(copy).ledger() for n in line["wrote"]}) + 1
    for path in files:
        original = path.read_bytes()
        for position in {0, len(original) // 2, len(original) - 1} if original else ():
            damaged = bytearray(original)
            damaged[position] ^= 1
            path.write_bytes(bytes(damaged))
            broken = check(copy).broken
            assert broken and broken.path == path.relative_to(copy).as_posix(), path
        path.write_bytes(original)
    assert check(copy).broken is None


def test_an_added_a_missing_and_two_swapped_files_are_named(copy: Path) -> None:
    (copy / "workbooks/more.xlsx").write_bytes(b"x")
    assert_broken(copy, "workbooks/more.xlsx")
    (copy / "workbooks/more.xlsx").unlink()
    one, other = copy / "decisions/0001.jsonl", copy / "decisions/0002.jsonl"
    texts = one.read_bytes(), other.read_bytes()
    one.write_bytes(texts[1])
    other.write_bytes(texts[0])
    assert_broken(copy, "decisions/0001.jsonl")
    one.write_bytes(texts[0])
    other.unlink()
    assert_broken(copy, "decisions/0002.jsonl")


def test_every_byte_of_a_small_pack_counts() -> None:
    raw = pack({"a.txt": b"alpha", "b/c d.txt": b"beta", LEDGER: b"{}\n"}, "root")
    assert unpack(raw).broken is None
    for position in range(len(raw)):
        for bit in (1, 32, 128):
            damaged = bytearray(raw)
            damaged[position] ^= bit
            assert unpack(bytes(damaged)).broken, position
    for damaged_raw in (raw + b"\0", b"\0" + raw, raw[:-1], raw[1:], b"", raw + raw):
        assert unpack(damaged_raw).broken


def test_a_flipped_byte_in_each_member_of_the_pack_is_named(closed: Path, tmp_path: Path) -> None:
    raw = (closed / "pack.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        places = {
            entry.filename: entry.header_offset + 30 + len(entry.filename.encode())
            for entry in archive.infolist()
            if entry.file_size
        }
        end = archive.start_dir
    for name, place in places.items():
        damaged = bytearray(raw)
        damaged[place] ^= 1
        opened = unpack(bytes(damaged))
        assert opened.broken and opened.broken.path == name, opened
    target = tmp_path / "pack.zip"
    for position in (end, end + 20, len(raw) - 1):
        damaged = bytearray(raw)
        damaged[position] ^= 1
        target.write_bytes(bytes(damaged))
        assert uar("verify", target).exit_code == 5


def repacked(files: dict[str, bytes], order: Callable[[list[str]], list[str]] = sorted) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in order(list(files)):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def test_a_pack_repacked_by_hand_is_found_out(closed: Path, tmp_path: Path) -> None:
    whole = members((closed / "pack.zip").read_bytes())
    assert repacked(whole) == (closed / "pack.zip").read_bytes()
    target = tmp_path / "pack.zip"
    cases: list[tuple[dict[str, bytes], str]] = [
        ({**whole, "zz.txt": b"more"}, "zz.txt"),
        ({n: c for n, c in whole.items() if n != "items.jsonl"}, "items.jsonl"),
        ({**whole, "items.jsonl": whole["items.jsonl"] + b"\n"}, "items.jsonl"),
        ({n: c for n, c in whole.items() if n != MANIFEST}, MANIFEST),
        ({**whole, MANIFEST: b"[]"}, MANIFEST),
        ({n: c for n, c in whole.items() if n != SUMS}, SUMS),
    ]
    for files, name in cases:
        target.write_bytes(repacked(files))
        result = uar("verify", target)
        assert result.exit_code == 5
        assert name in result.output, result.output
    target.write_bytes(repacked(whole, lambda names: sorted(names, reverse=True)))
    assert uar("verify", target).exit_code == 5
    files = {n: c for n, c in whole.items() if n not in (MANIFEST, SUMS, *SEALS)}
    target.write_bytes(pack({**files, "zz.txt": b"in the manifest, in no ledger"}, "0" * 64))
    assert "zz.txt" in uar("verify", target).output
    target.write_bytes(pack(files, "0" * 64))
    assert "another root hash" in uar("verify", target).output


def test_a_doubled_and_a_packed_member_are_named(closed: Path) -> None:
    buffer = io.BytesIO((closed / "pack.zip").read_bytes())
    with (
        zipfile.ZipFile(buffer, "a") as archive,
        pytest.warns(UserWarning, match="Duplicate name"),
    ):
        archive.writestr("items.jsonl", b"other")
    assert named(buffer.getvalue()) == "items.jsonl"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", b"0" * 1_000_000)
    assert named(buffer.getvalue()) == "bomb"


def forge(steps: dict[str, dict[str, bytes]], name: str, change: Callable[[Any], Any]) -> None:
    """Change a file before it is written, so that every hash fits."""
    files = next(files for files in steps.values() if name in files)
    rows = [json.loads(line) for line in files[name].splitlines()] if name.endswith("l") else None
    if rows is None:
        files[name] = json_bytes(change(json.loads(files[name])))
    else:
        files[name] = b"".join(json.dumps(row).encode() + b"\n" for row in change(rows))


def first(rows: list[Any], **values: Any) -> list[Any]:
    return [{**rows[0], **values}, *rows[1:]]


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("items.jsonl", lambda rows: first(rows, holder_name="Somebody"), "does not fit its seal"),
        ("items.jsonl", lambda rows: first(rows, grant_id="other"), "is not the id of its grant"),
        ("items.jsonl", lambda rows: rows[1:], "population root"),
        ("items.jsonl", lambda rows: first(rows, workbook="x.xlsx"), "is not there"),
        ("campaign.json", lambda it: {**it, "population_root": "0"}, "population root"),
        ("campaign.json", lambda it: {**it, "tenant_id": "0"}, "another tenant"),
        ("campaign.json", lambda it: {**it, "items": 7}, "unexplained difference"),
        (
            "decisions/0001.jsonl",
            lambda rows: first(rows, reviewer_email="x@y.example"),
            "is no item that was put to",
        ),
        (
            "decisions/0001.jsonl",
            lambda rows: first(rows, file="returned/0009-x.xlsx"),
            "which is not its receipt's file",
        ),
        ("decisions/0001.jsonl", lambda rows: rows[1:], "was made from another"),
        ("receipts/0001.json", lambda it: {**it, "sha256": "0"}, "is not the receipt of"),
        ("plans/0001.json", lambda it: {**it, "removals": []}, "digest"),
        ("journal.jsonl", lambda rows: rows[:-2] + rows[-1:], "journal"),
    ],
)  # fmt: skip
def test_a_forger_who_fixes_every_hash_is_found_out(
    tmp_path: Path, name: str, change: Callable[[Any], Any], says: str
) -> None:
    steps = made.review()
    forge(steps, name, change)
    if name == "items.jsonl" and says != "population root":
        root = merkle_root(whole_lines(steps["open"][name]))
        forge(steps, "campaign.json", lambda it: {**it, "population_root": root})
    made.on_disk(tmp_path / "q4", steps)
    assert Folder(tmp_path / "q4").verify()[1] is None
    result = uar("verify", tmp_path / "q4")
    assert result.exit_code == 5
    assert says in result.output, result.output


def test_closing_waits_for_what_is_open(tmp_path: Path) -> None:
    path = tmp_path / "q4"
    made.on_disk(path, made.review(words=["Keep", "", "Revoke"]))
    refused = uar("close", path)
    assert refused.exit_code == 5
    assert "not reviewed" in refused.output and "--with-exceptions" in refused.output
    assert not (path / "pack.zip").exists()
    assert "uar close" not in (path / LEDGER).read_text()


def test_closing_without_exceptions(tmp_path: Path) -> None:
    path = tmp_path / "q4"
    made.on_disk(path, made.review(words=["Keep"]))
    assert uar("close", path).exit_code == 0
    assert json.loads((path / "closing.json").read_text())["open"] == []
    assert ">Complete<" in (path / "report.html").read_text()
    assert uar("verify", path).exit_code == 0


def test_management_acknowledges_by_name(tmp_path: Path) -> None:
    for name, words in (("said", ("--acknowledged-by", " <b>Ada</b>, CFO ")), ("not", ())):
        path = tmp_path / name
        made.on_disk(path, made.review(words=["Keep"]))
        assert uar("close", path, *words).exit_code == 0
        html = (path / "report.html").read_text()
        assert ("Acknowledged for management</strong> by &lt;b&gt;Ada" in html) is bool(words)
        assert ("Acknowledged for management: not on record" in html) is not bool(words)
    assert json.loads((tmp_path / "said/closing.json").read_text())["acknowledged_by"] == (
        "<b>Ada</b>, CFO"
    )
    assert uar("redact", tmp_path / "said", tmp_path / "twin.zip").exit_code == 0
    assert b"Ada" not in (tmp_path / "twin.zip").read_bytes()
    assert uar("verify", tmp_path / "twin.zip").exit_code == 0


def test_who_prepared_the_review_is_stated_or_said_not_to_be(tmp_path: Path) -> None:
    toml = tmp_path / "uar.toml"
    toml.write_text('[campaign]\nprepared_by = " Ines <i>Cardoso</i>, IT "\n')
    for name, words in (("said", ("--settings", toml)), ("not", ())):
        path = tmp_path / name
        made.on_disk(path, made.review(words=["Keep"]))
        assert uar("close", path, *words).exit_code == 0
        html = (path / "report.html").read_text()
        shown = "Ines &lt;i&gt;Cardoso&lt;/i&gt;, IT" if words else "not stated"
        assert f"<dt>Prepared by</dt><dd>{shown}</dd>" in html
        uar("rebuild", path, tmp_path / f"{name} again")
        assert (tmp_path / f"{name} again/report.html").read_text() == html
    assert json.loads((tmp_path / "said/closing.json").read_text())["prepared_by"] == (
        "Ines <i>Cardoso</i>, IT"
    )
    assert uar("redact", tmp_path / "said", tmp_path / "twin.zip").exit_code == 0
    with zipfile.ZipFile(tmp_path / "twin.zip") as twin:
        assert not [name for name in twin.namelist() if b"Cardoso" in twin.read(name)]
        assert "<dt>Prepared by</dt><dd>redacted:" in twin.read("report.html").decode()


def test_a_changed_folder_is_not_closed(tmp_path: Path) -> None:
    path = tmp_path / "q4"
    made.on_disk(path, made.review(words=["Keep"]))
    (path / "workbooks/stray.xlsx").write_bytes(b"x")
    refused = uar("close", path)
    assert refused.exit_code == 5 and "workbooks/stray.xlsx" in refused.output


def test_a_closed_review_takes_nothing_more(closed: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(closed, tmp_path / "copy"))
    for words in (("report", copy), ("close", copy), ("detect", copy)):
        refused = uar(*words)
        assert refused.exit_code == 5, words
        assert "is closed" in refused.output
    assert uar("verify", copy).exit_code == 0


def test_closing_goes_on_where_it_was_cut_off(closed: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(closed, tmp_path / "copy"))
    pack_before = (copy / "pack.zip").read_bytes()
    lines = (copy / LEDGER).read_bytes().splitlines(keepends=True)
    (copy / LEDGER).write_bytes(b"".join(lines[:-1]))
    (copy / "pack.zip").unlink()
    assert uar("close", copy).exit_code == 0
    assert (copy / "pack.zip").read_bytes() == pack_before


def test_the_same_review_gives_the_same_pack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795600000")
    packs = set()
    for name in ("one", "other"):
        made.on_disk(tmp_path / name, made.review())
        uar("close", tmp_path / name, "--with-exceptions", "x")
        packs.add((tmp_path / name / "pack.zip").read_bytes())
    assert len(packs) == 1


def test_the_pack_can_be_checked_without_us(closed: Path, tmp_path: Path) -> None:
    shutil.unpack_archive(closed / "pack.zip", tmp_path)
    sums = dict(
        reversed(line.split("  ", 1)) for line in (tmp_path / SUMS).read_text().splitlines()
    )
    manifest = json.loads((tmp_path / MANIFEST).read_text())
    assert sums == {name: stamp["sha256"] for name, stamp in manifest["files"].items()}
    assert set(sums) | {SUMS, MANIFEST} == {
        path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()
    }


def test_compare_names_what_came_back(closed: Path, tmp_path: Path) -> None:
    made.on_disk(tmp_path / "next", made.review(upto="detect"))
    result = uar("compare", closed, tmp_path / "next", "--json")
    assert result.exit_code == 1, result.output
    said = json.loads(result.output)
    removed = set(load(Folder(closed)).outcomes["item_id"])
    assert len(said["reappeared"]) == len(removed) > 0
    assert not said["gained"] and not said["lost"]
    assert "Re-appeared" in uar("compare", closed, tmp_path / "next").output


def test_compare_refuses_another_tenant(closed: Path, tmp_path: Path) -> None:
    steps = made.review(upto="sync")
    forge(steps, "snapshot/snapshot.json", lambda header: {**header, "tenant_id": "other"})
    made.on_disk(tmp_path / "other", steps)
    refused = uar("compare", closed, tmp_path / "other")
    assert refused.exit_code == 2 and "of tenant other" in refused.output


def test_report_says_where_it_is_and_what_it_answers(tmp_path: Path) -> None:
    made.on_disk(tmp_path / "q4", made.review(upto="sync"))
    said = json.loads(uar("report", tmp_path / "q4", "--json").output)
    assert Path(said["file"]).is_file()
    assert [answer["answer"] for answer in said["answers"]] == ["not yet"] * 5
    assert uar("report", tmp_path / "q4").exit_code == 0  # again, in its place
    assert uar("report", tmp_path / "q4", "no-such").exit_code == 2
