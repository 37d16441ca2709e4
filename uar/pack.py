"""The evidence pack: every file of a review in one zip, and the same bytes for the same review.

Members are stored, in order of name, with one fixed time; `manifest.json` names each with its
SHA-256 and size, and the root hash of the ledger; `SHA256SUMS` is the same for `sha256sum -c`.
Packing is a function of the members alone, so a pack is whole exactly when packing its members
again gives the same bytes: there is no byte that could be changed unseen.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

from uar.snapshot import json_bytes

PACK = "pack.zip"
MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first moment a zip can hold


@dataclass(frozen=True)
class Opened:
    """A pack that was looked into. `says`: what is wrong with `path`; empty: nothing."""

    files: Mapping[str, bytes]  # without manifest and sums
    root: str
    path: str = ""
    says: str = ""


def pack(files: Mapping[str, bytes], root: str) -> bytes:
    """A review's files as one zip. `root`: the hash of the newest ledger line among them."""
    stamps = {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        for name, content in files.items()
    }
    manifest = json_bytes({"root": root, "files": stamps})
    sums = "".join(f"{stamps[name]['sha256']}  {name}\n" for name in sorted(stamps)).encode()
    members = {**files, MANIFEST: manifest, SUMS: sums}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            entry = zipfile.ZipInfo(name, EARLIEST)
            entry.create_system = 3  # Unix, on whatever system it is made
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, members[name])
    return buffer.getvalue()


def unpack(raw: bytes) -> Opened:
    """What a pack holds, and the first thing in it that is not as it was packed."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return _look(archive, raw)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError):
        return _wrong(PACK, "is not a pack, or its list of members has been changed")


def _look(archive: zipfile.ZipFile, raw: bytes) -> Opened:
    members: dict[str, bytes] = {}
    for entry in archive.infolist():
        if entry.filename in members:
            return _wrong(entry.filename, "is in the pack more than once")
        if entry.compress_type != zipfile.ZIP_STORED:  # nor can it swell when it is read
            return _wrong(entry.filename, "is not as uar packs it")
        try:
            members[entry.filename] = archive.read(entry)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, RuntimeError, EOFError):
            return _wrong(entry.filename, "has been changed since it was packed")
    try:
        manifest = json.loads(members[MANIFEST])
        stamps, root = dict(manifest["files"]), str(manifest["root"])
        expected = {name: (stamp["sha256"], stamp["bytes"]) for name, stamp in stamps.items()}
    except (KeyError, TypeError, ValueError):
        return _wrong(MANIFEST, "is not there, or is not a manifest")
    files = {name: content for name, content in members.items() if name not in (MANIFEST, SUMS)}
    for name, content in files.items():
        if name not in expected:
            return _wrong(name, "is in the pack, but not in its manifest")
        if (hashlib.sha256(content).hexdigest(), len(content)) != expected[name]:
            return _wrong(name, "is not what the manifest says")
    for name in expected:
        if name not in files:
            return _wrong(name, "is in the manifest, but not in the pack")
    again = pack(files, root)
    if again != raw:
        return _wrong(_member_at(raw, again), "is not as uar packs it")
    return Opened(files, root)


def _member_at(raw: bytes, again: bytes) -> str:
    """The member in whose bytes two packs first differ."""
    length = min(len(raw), len(again))
    first = next((at for at in range(length) if raw[at] != again[at]), length)
    with zipfile.ZipFile(io.BytesIO(again)) as archive:
        if first >= archive.start_dir:
            return PACK
        return [entry.filename for entry in archive.infolist() if entry.header_offset <= first][-1]


def _wrong(path: str, says: str) -> Opened:
    return Opened({}, "", path, says)
