"""Packs that somebody made: every hash fits, or the zip is one that no uar writes.

Nobody can be kept from sealing a review of his own; it has another root hash and another signer.
But whatever such a pack holds, both verifiers name it: no traceback, no endless reading, no file
outside the folder it is unzipped to.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.seal.conftest import uar
from tests.seal.test_links import chained
from uar import signing, verify
from uar.verify import CLOSING, JOURNAL, LEDGER, MANIFEST, PACK, ROOT_TEXT, SIGNATURE, SIGNER, TWIN

Files = dict[str, bytes]
Lines = list[dict[str, Any]]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[signing.Key, signing.Key]:
    """The operator's, and a forger's."""
    place = tmp_path_factory.mktemp("keys")
    for name in ("ours", "his"):
        assert uar("key", "--key", place / name).exit_code == 0
    return signing.load(place / "ours"), signing.load(place / "his")


def forged(
    closed: Path,
    files: Files | None = None,
    lines: Callable[[Lines], object] = lambda lines: None,
    key: signing.Key | None = None,
) -> bytes:
    """The pack with other files or ledger lines, every hash made to fit, signed by that key."""
    mine = dict(verify.unpack((closed / PACK).read_bytes()).files) | (files or {})
    closing = json.loads(mine[CLOSING])
    mine[CLOSING] = verify.json_bytes({**closing, "signer": key.fingerprint if key else ""})

    def change(found: Lines) -> None:
        for line in found:
            for name in {*line["wrote"]} & {*mine} - {JOURNAL}:
                line["wrote"][name] = verify.stamp(mine[name])
            for name in {*line["read"]} & {*mine} - {JOURNAL, "report.html"}:
                line["read"][name] = verify.digest(mine[name])
        extra = {name: verify.stamp(mine[name]) for name in files or {}}
        found[0]["wrote"] |= {n: s for n, s in extra.items() if n not in str(found)}
        lines(found)

    mine[LEDGER] = chained(mine[LEDGER], change)
    root = json.loads(mine[LEDGER].splitlines()[-1])["hash"]
    mine[ROOT_TEXT] = verify.root_text(root)
    if key:
        mine[SIGNATURE], mine[SIGNER] = key.sign(mine[ROOT_TEXT]), key.public
    return verify.pack(mine, root)


def named(raw: bytes, path: Path) -> str:
    """What both verifiers name of a pack; "": all of it holds. They say the same."""
    path.write_bytes(raw)
    script = path.with_name("verify.py")
    script.write_bytes(Path(verify.__file__).read_bytes())
    words = [sys.executable, "-I", "-S", "-W", "error", str(script), str(path)]
    alone = subprocess.run(words, capture_output=True, text=True, timeout=60)
    ours = uar("verify", path)
    assert ours.exit_code in (0, 5) and alone.stderr == "", (ours.output, alone.stderr)
    assert (alone.stdout, alone.returncode) == (ours.output, min(ours.exit_code, 1))
    broken = verify.check_path(path).broken
    return broken.path if broken else ""


def test_a_review_sealed_again_by_another_is_not_the_one_that_was_sealed(
    closed: Path, keys: tuple[signing.Key, signing.Key], tmp_path: Path
) -> None:
    ours, his = (forged(closed, key=key) for key in keys)
    pack = tmp_path / PACK
    assert named(ours, pack) == named(his, pack) == ""  # each is whole
    mine, other = verify.check_pack(ours), verify.check_pack(his)
    assert mine.root != other.root and (mine.signer, other.signer) == tuple(
        key.fingerprint for key in keys
    )
    for raw in (his, forged(closed)):  # signed by the forger, or by nobody
        pack.write_bytes(raw)
        demanded = uar("verify", pack, "--signer", keys[0].fingerprint)
        assert demanded.exit_code == 5 and f"not by {keys[0].fingerprint}" in demanded.output
        assert verify.check_pack(raw, keys[0].fingerprint).broken
    # The operator's own signature, taken from the pack that it signed.
    seals = {name: verify.unpack(ours).files[name] for name in (SIGNATURE, SIGNER)}
    stolen = {**verify.unpack(his).files, **seals}
    assert named(verify.pack(stolen, other.root), pack) == SIGNATURE


NAMES = (
    "../evil", "/evil", "a\\b", "C:evil", "a//b", "./a", "a/../b", "x\nEverything holds: 9 files.",
    "x\x1b[31m", "\u202ecba",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_no_name_leaves_the_folder_or_draws_on_the_terminal(
    name: str, closed: Path, tmp_path: Path
) -> None:
    assert named(forged(closed, {name: b"x"}), tmp_path / PACK) == name
    said = uar("verify", tmp_path / PACK).output
    assert len(said.splitlines()) == 1 and said.rstrip().isprintable()


@pytest.mark.parametrize("part", ["read", "wrote"])
@pytest.mark.parametrize("value", [None, [1], {"findings.jsonl": 7}])
def test_a_ledger_of_another_shape(part: str, value: Any, closed: Path, tmp_path: Path) -> None:
    def change(lines: Lines) -> None:
        lines[2].pop(part)
        lines[2] |= {} if value is None else {part: value}

    assert named(forged(closed, lines=change), tmp_path / PACK) == LEDGER


@pytest.mark.parametrize("content", [b"rubbish", b"[]", b"[1]\n", b"[" * 50_000])
@pytest.mark.parametrize("name", ["campaign.json", "plans/0001.json", "receipts/0001.json"])
def test_a_file_of_another_shape(name: str, content: bytes, closed: Path, tmp_path: Path) -> None:
    assert named(forged(closed, {name: content}), tmp_path / PACK) == name


@pytest.mark.parametrize("content", [b"rubbish", b"[1]\n", b"[" * 50_000])
@pytest.mark.parametrize("name", ["snapshot/accounts.parquet", "snapshot/snapshot.json",
                                  "persons.jsonl", "settings/"])  # fmt: skip
def test_a_table_of_another_shape(name: str, content: bytes, closed: Path, tmp_path: Path) -> None:
    """Only uar reads tables; verify.py, which cannot, says that the hashes hold."""
    files = verify.unpack((closed / PACK).read_bytes()).files
    (name, *_) = [there for there in files if there.startswith(name)]
    (tmp_path / PACK).write_bytes(forged(closed, {name: content}))
    done = uar("verify", tmp_path / PACK)
    assert done.exit_code == 5 and done.output.startswith("Broken: the review"), done.output
    assert uar("rebuild", tmp_path / PACK, tmp_path / "out").exit_code == 5


def test_a_twin_of_another_shape(closed: Path, tmp_path: Path) -> None:
    assert uar("redact", closed, tmp_path / "twin.zip").exit_code == 0
    files = dict(verify.unpack((tmp_path / "twin.zip").read_bytes()).files)
    entry = json.loads(files[verify.ENTRY])
    for content in (b"[]", b"{}", b'{"files": 7}', b"[" * 50_000):
        entry["wrote"][TWIN] = verify.stamp(content)
        body = {name: value for name, value in entry.items() if name != "hash"}
        entry["hash"] = verify.digest(verify.json_line(body))
        changed = {**files, TWIN: content, verify.ENTRY: verify.json_line(entry)}
        assert named(verify.pack(changed, entry["hash"]), tmp_path / PACK) == TWIN


def overlapping(number: int, size: int) -> bytes:
    """Members that lie in each other: the zip of a megabyte, gigabytes when each is read."""
    blob, heads, central, at = bytes(size), [], b"", 0
    for name in (b"%06d" % place for place in range(number)):
        facts = (zlib.crc32(blob), len(blob), len(blob), len(name))
        head = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 33, *facts, 0) + name
        heads.append((name, facts, len(head)))
        blob = head + blob
    for name, facts, long in reversed(heads):
        more = (0, 0, 0, 0, 0, at)
        central += struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 33, *facts, *more) + name
        at += long
    counts = (0, 0, number, number, len(central), len(blob), 0)
    return blob + central + struct.pack("<4s4H2LH", b"PK\5\6", *counts)


def edited(raw: bytes, edit: Callable[[zipfile.ZipInfo], object]) -> bytes:
    """The same members with other headers."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(buffer, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            edit(entry)
            new.writestr(entry, content)
    return buffer.getvalue()


def test_tricks_with_the_zip(closed: Path, tmp_path: Path) -> None:
    raw, pack = (closed / PACK).read_bytes(), tmp_path / PACK

    def link(entry: zipfile.ZipInfo) -> None:
        entry.external_attr = (0o120777 << 16) if entry.filename == "verify.py" else 0o644 << 16

    def swell(entry: zipfile.ZipInfo) -> None:
        entry.compress_type = zipfile.ZIP_DEFLATED

    first = min(verify.unpack(raw).files)
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        end = archive.start_dir
        second = archive.infolist()[1].header_offset
    between = bytearray(raw[:second] + b"hidden" + raw[second:])
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        at = end + 6
        for entry in archive.infolist():
            moved = entry.header_offset + (6 if entry.header_offset >= second else 0)
            struct.pack_into("<L", between, at + 42, moved)
            at += 46 + len(entry.filename.encode())
    struct.pack_into("<L", between, at + 16, end + 6)
    huge = bytearray(raw)
    struct.pack_into("<2L", huge, end + 20, 0x7FFFFFFF, 0x7FFFFFFF)
    for what, changed in {
        "as it is, in other headers": edited(raw, link),
        "deflated": edited(raw, swell),
        "before the first": b"PK\3\4hidden" + raw,
        "between two": bytes(between),
        "behind the last": raw + b"hidden",
        "a comment": raw[:-2] + b"\6\0hidden",
        "a size that nobody has": bytes(huge),
        "members in each other": overlapping(3_000, 1_000_000),
    }.items():
        assert named(changed, pack) in {PACK, first, verify.SUMS, MANIFEST, "verify.py"}, what
    with zipfile.ZipFile(pack, "w") as archive:
        archive.writestr(zipfile.ZipInfo(MANIFEST, verify.EARLIEST), "[" * 50_000)
    assert named(pack.read_bytes(), pack) == MANIFEST


@pytest.mark.parametrize("kind", ["a link to a folder", "a link to a file", "a pipe"])
def test_only_plain_files_lie_in_a_folder(kind: str, closed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "unzipped"
    shutil.unpack_archive(closed / PACK, folder)
    assert verify.check_path(folder).broken is None
    (tmp_path / "elsewhere").mkdir()
    if kind == "a pipe":
        os.mkfifo(folder / "more")
    elif kind == "a link to a folder":
        (folder / "more").symlink_to(tmp_path / "elsewhere")
    else:
        (folder / "more").symlink_to(closed / "verify.py")
    broken = verify.check_path(folder).broken
    assert broken and broken.path == "more" and "no file of its own" in broken.says
