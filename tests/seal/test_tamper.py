"""A finished, signed pack and its twin: whatever is changed in them, both verifiers name the place.

Each file is damaged at its head, middle and end, in every header of its zip member, and, where it
is JSON, in each field of a line, however deep; files are added, taken away and swapped; and a
forger who packs it all again with a new manifest is found out by the ledger. The last test says how
many it were.
"""

from __future__ import annotations

import io
import json
import shutil
import struct
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.report import made
from tests.seal.conftest import uar
from uar import verify
from uar.verify import MANIFEST, PACK, SUMS, Broken

Change = tuple[str, str, bytes, set[str]]  # class, member, the changed pack, what may be named
LOCAL = {  # parts of a member's own header: offset, bytes
    "signature": 0, "version": 4, "flags": 6, "method": 8, "time": 10, "date": 12, "crc": 14,
    "compressed size": 18, "size": 22, "name length": 26, "extra length": 28, "name": 30,
}  # fmt: skip
CENTRAL = {
    "signature": 0, "made by": 4, "version": 6, "flags": 8, "method": 10, "time": 12, "date": 14,
    "crc": 16, "compressed size": 20, "size": 24, "name length": 28, "extra length": 30,
    "comment length": 32, "disk": 34, "internal": 36, "external": 38, "offset": 42, "name": 46,
}  # fmt: skip
END = ("signature", "disk", "start disk", "entries", "all entries", "size", "offset", "comment")
COUNTS: Counter[str] = Counter()


@pytest.fixture(scope="module", params=["pack", "twin"])
def raw(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A pack, and its redacted twin."""
    path = tmp_path_factory.mktemp("tamper")
    made.on_disk(path / "q4", made.review())
    assert uar("key", "--key", path / "key.pem").exit_code == 0
    done = uar("close", path / "q4", "--with-exceptions", "x", "--key", path / "key.pem")
    assert done.exit_code == 0, done.output
    if request.param == "twin":
        done = uar("redact", path / "q4", path / PACK)
        assert done.exit_code == 0, done.output
        return (path / PACK).read_bytes()
    return (path / "q4" / PACK).read_bytes()


def members(raw: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def flipped(raw: bytes, at: int) -> bytes:
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip as uar writes it, with these very members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, verify.EARLIEST)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def bytes_of_members(raw: bytes) -> Iterator[Change]:
    """Head, middle and end of each member's content."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        for entry in archive.infolist():
            start = entry.header_offset + 30 + len(entry.filename.encode())
            for at in sorted({0, entry.file_size // 2, max(entry.file_size - 1, 0)}):
                if entry.file_size:
                    yield "byte", entry.filename, flipped(raw, start + at), {entry.filename}


def headers(raw: bytes) -> Iterator[Change]:
    """One bit in each part of the local and central header of each member, and of the zip's end."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        at = archive.start_dir
        for entry in archive.infolist():
            own = {entry.filename, PACK}
            for part, offset in LOCAL.items():
                yield (
                    f"local header, {part}",
                    entry.filename,
                    flipped(raw, entry.header_offset + offset),
                    own,
                )
            for part, offset in CENTRAL.items():
                # A name may be changed to any other: then that one is what is not as it was.
                named = (
                    {chr(ord(entry.filename[0]) ^ 1) + entry.filename[1:]}
                    if part == "name"
                    else set()
                )
                yield (
                    f"central header, {part}",
                    entry.filename,
                    flipped(raw, at + offset),
                    own | named,
                )
            at += 46 + len(entry.filename.encode())
        first = archive.infolist()[0].filename  # where a wrong offset leads to
        for part, offset in zip(END, (0, 4, 6, 8, 10, 12, 16, 20), strict=True):
            yield f"end, {part}", PACK, flipped(raw, at + offset), {PACK, first}
        (entries,) = struct.unpack_from("<H", raw, at + 10)
        assert entries == len(archive.infolist())


def fields(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Each field however deep, as (its place, the document with that one field changed); of a row
    of alike things the first and the last."""
    if isinstance(value, dict):
        inside = list(value.items())
    elif isinstance(value, list):
        inside = [(at, value[at]) for at in sorted({0, len(value) - 1} if value else ())]
    else:
        return
    for key, held in inside:
        for spot, changed in (("", "changed"), *fields(held, f"{place}/{key}")):
            copy = dict(value) if isinstance(value, dict) else list(value)
            copy[key] = changed
            yield spot or f"{place}/{key}", copy


def json_fields(raw: bytes) -> Iterator[Change]:
    """Each field of the first and last line of each JSON file changed, all else left as it was."""
    files = members(raw)
    for name, content in files.items():
        lines = content.splitlines() if name.endswith(".jsonl") else [content]
        if not name.endswith((".json", ".jsonl")):
            continue
        for number in sorted({0, len(lines) - 1}):
            for place, document in fields(json.loads(lines[number])):
                changed = json.dumps(document).encode()
                body = b"\n".join([*lines[:number], changed, *lines[number + 1 :]]) + b"\n"
                damaged = zipped({**files, name: body})
                # The manifest may speak of another file: then that one is what is not as it says.
                told = {other for other in files if place.startswith(f"/files/{other}")}
                yield f"field, {place}", name, damaged, {name, MANIFEST} | told


def whole_files(raw: bytes) -> Iterator[Change]:
    """One added, each taken away, each swapped with the next."""
    files = members(raw)
    yield "added", "zz.txt", zipped({**files, "zz.txt": b"more"}), {"zz.txt"}
    names = sorted(files)
    for name, other in zip(names, [*names[1:], names[0]], strict=True):
        yield "removed", name, zipped({n: c for n, c in files.items() if n != name}), {name}
        swapped = {**files, name: files[other], other: files[name]}
        named = {name, other, MANIFEST} & (
            {name, other} if MANIFEST not in (name, other) else {MANIFEST}
        )
        yield "swapped", name, zipped(swapped), named


def packed_again(raw: bytes) -> Iterator[Change]:
    """A forger changes, removes or adds a file and makes manifest, sums and zip fit it."""
    opened = verify.unpack(raw)
    files = dict(opened.files)
    yield (
        "packed again, added",
        "zz.txt",
        verify.pack({**files, "zz.txt": b""}, opened.root),
        {"zz.txt"},
    )
    for name, content in files.items():
        left = {n: c for n, c in files.items() if n != name}
        sealed = {name} if name != verify.SIGNER else {name, verify.SIGNATURE}
        yield (
            "packed again, changed",
            name,
            verify.pack({**files, name: content + b" "}, opened.root),
            sealed,
        )
        yield "packed again, removed", name, verify.pack(left, opened.root), sealed
    for root in ("0" * 64, ""):
        yield "packed again, root", MANIFEST, verify.pack(files, root), {MANIFEST}


CLASSES = (bytes_of_members, headers, json_fields, whole_files, packed_again)


@pytest.mark.parametrize("changes", CLASSES, ids=lambda made: made.__name__)
def test_every_change_is_named(raw: bytes, changes: object) -> None:
    assert verify.check_pack(raw).broken is None
    for what, name, changed, named in changes(raw):  # type: ignore[operator]
        assert changed != raw
        broken = verify.check_pack(changed).broken
        assert isinstance(broken, Broken), (what, name)
        assert broken.path in named, (what, name, broken)
        COUNTS[what.split(",")[0]] += 1


def test_the_packed_verifier_names_them_in_another_python(raw: bytes, tmp_path: Path) -> None:
    """One change of each kind, from the outside: the same words, and exit 1."""
    script = tmp_path / "verify.py"
    script.write_bytes(members(raw)["verify.py"])
    seen: set[str] = set()
    for changes in CLASSES:
        for what, _, changed, _ in changes(raw):
            kind = "field" if what.startswith("field") else what
            if kind in seen:
                continue
            seen.add(kind)
            (tmp_path / PACK).write_bytes(changed)
            done = subprocess.run(
                [sys.executable, "-I", "-S", str(script), str(tmp_path / PACK)],
                capture_output=True,
                text=True,
            )
            ours = uar("verify", tmp_path / PACK)
            assert (done.returncode, ours.exit_code, done.stderr) == (1, 5, ""), what
            assert done.stdout == ours.output, what
    assert len(seen) > 40


def test_each_file_of_an_unzipped_pack(raw: bytes, tmp_path: Path) -> None:
    (tmp_path / PACK).write_bytes(raw)
    folder = tmp_path / "unzipped"
    shutil.unpack_archive(tmp_path / PACK, folder)
    for name, content in members(raw).items():
        for changed in (flipped(content, len(content) // 2) if content else b"x", None):
            if changed is None:
                (folder / name).unlink()
            else:
                (folder / name).write_bytes(changed)
            broken = verify.check_path(folder).broken
            # Without its manifest the folder is taken for a review, and what only packs have shows.
            assert broken, name
            assert broken.path in {name, MANIFEST} or name in (MANIFEST, SUMS), (name, broken)
            (folder / name).write_bytes(content)
            COUNTS["unzipped"] += 1
    assert verify.check_path(folder).broken is None


def test_how_many_it_were() -> None:
    if len(COUNTS) < 9:
        pytest.skip("counts only after the whole file has run")
    sys.stderr.write(f"\n{sum(COUNTS.values()):,} changes, each named: {dict(COUNTS)}\n")
    assert sum(COUNTS.values()) > 1_000
