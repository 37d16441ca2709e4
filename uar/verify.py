"""Is a review whole? Everything that can be recomputed, with Python's standard library alone.

    python3 verify.py [PACK|FOLDER] [--signer PUBLIC_KEY_FILE_OR_FINGERPRINT] [--opening FILE]

`uar verify` runs this very file, and the same bytes lie in every closed review and its pack, so
that an auditor needs none of our code: Python 3.8 or later is enough. It recomputes, in this order:

    the zip        members stored in order of name; packing them again gives the same bytes
    the manifest   every member's SHA-256 and size; the root hash
    the ledger     each line's hash over the line before it; what each step read and wrote
    the files      population root, receipts, answers, plans, and the journal's own chain
    the seal       root hash, Ed25519 signature of the operator, what an authority stamped and when

Of a redacted twin (uar redact) it checks that closing recorded it: root hash, the entry of closing,
twin.json, every file, and that these name each other rightly. `--opening` checks lines of the
operator's list, each with a commitment, its salt and its value.

It names the first broken link and exits with 1. It does not check the time stamp authority's own
signature: whom to trust there is the auditor's choice, and `openssl ts -verify` does it. Whether
tables follow from the tenant's answers it cannot tell; `uar rebuild` can, and needs all of uar.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Iterable, Iterator, Mapping, Sequence, Tuple

LEDGER, JOURNAL, LOCK = "ledger.jsonl", "journal.jsonl", ".lock"
ITEMS, CAMPAIGN, CLOSING = "items.jsonl", "campaign.json", "closing.json"
MOVES = "reassignments/"  # items put to another reviewer later
PACK, MANIFEST, SUMS, VERIFIER = "pack.zip", "manifest.json", "SHA256SUMS", "verify.py"
# In a pack only: what was sealed, as bytes to sign and stamp; signature; whose; time stamp.
ROOT_TEXT, SIGNATURE = "seal/root.txt", "seal/root.sig"
SIGNER, TIME_STAMP = "seal/signer.pem", "seal/root.tsr"
SEALS = (ROOT_TEXT, SIGNATURE, SIGNER, TIME_STAMP)
# Of a twin: the list of its files, recorded at closing; the entry that recorded it; the ledger
# before that entry, without the names that stand in names of files.
TWIN, ENTRY, REDACTED_LEDGER = "twin.json", "closing-entry.json", "redacted-ledger.jsonl"
REDACTED = "redacted:"
EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first moment a zip can hold
SEAL = "seal"  # the step that records the pack
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)
NOT_OURS = "does not hold what uar writes there"

Read = Callable[[str], bytes]


@dataclass(frozen=True)
class Broken:
    """The first link of the chain that does not hold."""

    path: str
    says: str


@dataclass(frozen=True)
class Opened:
    """A pack that was looked into. `broken`: the first thing that is not as it was packed."""

    files: Mapping[str, bytes]  # without manifest and sums
    root: str
    broken: Broken | None = None


@dataclass(frozen=True)
class Checked:
    """What was found. `signer`: fingerprint of the key that signed; `stamped`: when; or ""."""

    files: int
    root: str
    broken: Broken | None = None
    signer: str = ""
    stamped: str = ""
    twin: bool = False


# ── hashes ──


def digest(content: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def json_bytes(value: object) -> bytes:
    """One JSON document for people and diff tools: sorted keys, indented, a line end."""
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


_LINE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
json_text = _LINE.encode  # a value as it stands in such a line


def json_line(value: object) -> bytes:
    """One JSON document on one line, always the same for the same value."""
    return json_text(value).encode("utf-8", "surrogatepass") + b"\n"


def stamp(content: bytes) -> dict[str, Any]:
    """How the ledger and the manifest name a file's content."""
    return {"sha256": digest(content), "bytes": len(content)}


def whole_lines(raw: bytes) -> list[bytes]:
    """The lines that end; what a crash cut off is none."""
    return raw[: raw.rfind(b"\n") + 1].split(b"\n")[:-1]


def chain(raw: bytes, redacted: bool = False) -> tuple[list[dict[str, Any]], int]:
    """(lines, 0) of a ledger or journal, or (lines before it, number of the first that is wrong).

    Each line is numbered, names the hash of the line before, and hashes to what it says; only in a
    twin may there be lines that were `redacted` and cannot be hashed again.
    """
    found: list[dict[str, Any]] = []
    previous = ""
    for number, text in enumerate(whole_lines(raw), 1):
        try:
            line = json.loads(text)
            holds = (line["number"], line["previous"]) == (number, previous) and (
                _hashes(line, text) or (redacted and REDACTED.encode() in text)
            )
        except UNREADABLE:
            holds = False
        if not holds:
            return found, number
        found.append(line)
        previous = line["hash"]
    return found, 0


def _hashes(line: Mapping[str, Any], text: bytes) -> bool:
    """Is a line written as uar writes it, with the hash of all the rest of it?"""
    body = {name: value for name, value in line.items() if name != "hash"}
    return json_line(line) == text + b"\n" and line["hash"] == digest(json_line(body))


def commitment(salt: str, value: str) -> str:
    """What stands in a twin in place of a value."""
    return REDACTED + digest(f"{salt}:{value}".encode("utf-8", "surrogatepass"))[:32]


def merkle_levels(lines: Iterable[bytes]) -> list[list[bytes]]:
    """Hashes of the lines, of pairs of those, and so on up to the one root (as in RFC 6962).

    The last of an odd number goes up as it is. Lines and pairs are hashed apart, so that no pair
    can be passed off as a line.
    """
    levels = [[hashlib.sha256(b"\0" + line).digest() for line in lines]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        pairs = [
            hashlib.sha256(b"\1" + below[at] + below[at + 1]).digest()
            for at in range(0, len(below) - 1, 2)
        ]
        levels.append(pairs + below[len(pairs) * 2 :])
    return levels


def merkle_root(lines: Iterable[bytes]) -> str:
    """One hash that stands for these lines in this order."""
    top = merkle_levels(lines)[-1]
    return top[0].hex() if top else digest(b"")


def merkle_path(levels: Sequence[Sequence[bytes]], at: int) -> list[tuple[str, str]]:
    """From the line at `at` to the root: ("left" or "right", the hash that stands there)."""
    path = []
    for level in levels[:-1]:
        other = at ^ 1
        if other < len(level):
            path.append(("left" if other < at else "right", level[other].hex()))
        at //= 2
    return path


def climb(line: bytes, path: Iterable[tuple[str, str]]) -> str:
    """The root that a line and its path lead to."""
    reached = hashlib.sha256(b"\0" + line).digest()
    for side, other in path:
        beside = bytes.fromhex(other)
        pair = beside + reached if side == "left" else reached + beside
        reached = hashlib.sha256(b"\1" + pair).digest()
    return reached.hex()


# ── the zip ──


def pack(files: Mapping[str, bytes], root: str) -> bytes:
    """A review's files as one zip, the same bytes for the same files.

    Members are stored, in order of name, with one fixed time. The manifest names each with its
    digest and size, and the root hash; SHA256SUMS is the same for `sha256sum -c`. So a pack is
    whole exactly when packing its members again gives the same bytes.
    """
    members = {**files, **_lists(files, root)}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            entry = zipfile.ZipInfo(name, EARLIEST)
            entry.create_system = 3  # Unix, on whatever system it is made
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, members[name])
    return buffer.getvalue()


def _lists(files: Mapping[str, bytes], root: str) -> dict[str, bytes]:
    stamps = {name: stamp(content) for name, content in files.items()}
    sums = "".join(f"{stamps[name]['sha256']}  {name}\n" for name in sorted(stamps))
    return {MANIFEST: json_bytes({"root": root, "files": stamps}), SUMS: sums.encode()}


def unpack(raw: bytes, name: str = PACK) -> Opened:
    """What a pack, a file of this name, holds, and the first thing in it that is not as packed."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return _look(archive, raw, name)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError):
        return _wrong(name, "is not a pack, or its list of members has been changed")


def _look(archive: zipfile.ZipFile, raw: bytes, name: str) -> Opened:
    for entry in archive.infolist():
        # Newer Pythons would blame the member before it.
        if not raw.startswith(b"PK\3\4", entry.header_offset):
            return _wrong(entry.filename, "is not as uar packs it")
    members: dict[str, bytes] = {}
    size = 0
    for entry in archive.infolist():
        if entry.filename in members:
            return _wrong(entry.filename, "is in the pack more than once")
        if entry.compress_type != zipfile.ZIP_STORED:  # nor can it swell when it is read
            return _wrong(entry.filename, "is not as uar packs it")
        size += entry.file_size
        if size > len(raw):  # members that lie in each other would be read again and again
            return _wrong(name, "is not a pack: its members are larger than the whole of it")
        try:
            members[entry.filename] = archive.read(entry)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, RuntimeError, EOFError):
            return _wrong(entry.filename, "has been changed since it was packed")
    opened = open_members(members)
    if opened.broken is None:
        again = pack(opened.files, opened.root)
        if again != raw:
            return _wrong(_member_at(raw, again) or name, "is not as uar packs it")
    return opened


def open_members(members: Mapping[str, bytes]) -> Opened:
    """A pack's members, compared with its manifest."""
    for name in members:
        if not plain_name(name):
            return _wrong(name, "is not as uar names its files")
    try:
        manifest = json.loads(members[MANIFEST])
        stamps, root = dict(manifest["files"]), str(manifest["root"])
    except UNREADABLE:
        return _wrong(MANIFEST, "is not there, or is not a manifest")
    files = {name: content for name, content in members.items() if name not in (MANIFEST, SUMS)}
    for name, content in files.items():
        if name not in stamps:
            return _wrong(name, "is in the pack, but not in its manifest")
        if stamp(content) != stamps[name]:
            return _wrong(name, "is not what the manifest says")
    for name in stamps:
        if name not in files:
            return _wrong(name, "is in the manifest, but not in the pack")
    for name, content in _lists(files, root).items():
        if members.get(name) != content:
            return _wrong(name, "is not as uar packs it")
    return Opened(files, root)


def plain_name(name: str) -> bool:
    """Does a name stay in the folder that a pack is unzipped to, on every system?"""
    parts = name.split("/")
    return name.isprintable() and not (
        {"", ".", ".."}.intersection(parts) or "\\" in name or ":" in parts[0]
    )


def _member_at(raw: bytes, again: bytes) -> str:
    """The member in whose bytes two packs first differ; "" behind all of them."""
    length = min(len(raw), len(again))
    first = next((at for at in range(length) if raw[at] != again[at]), length)
    with zipfile.ZipFile(io.BytesIO(again)) as archive:
        if first >= archive.start_dir:
            return ""
        return [entry.filename for entry in archive.infolist() if entry.header_offset <= first][-1]


def _wrong(path: str, says: str) -> Opened:
    return Opened({}, "", Broken(path, says))


# ── the ledger, and what it says of every file ──


def check(names: Iterable[str], read: Read) -> tuple[int, Broken | None]:
    """(files that hold, first broken link) of a review, wherever its files are."""
    present = set(names)
    if LEDGER not in present:
        return 0, Broken(LEDGER, "is not there")
    raw = read(LEDGER)
    broken = check_chain(raw)
    if broken:
        return 0, broken
    try:
        return _check_steps(chain(raw)[0], present, read)
    except UNREADABLE:
        return 0, Broken(LEDGER, NOT_OURS)


def _check_steps(
    lines: Iterable[Mapping[str, Any]], present: set[str], read: Read
) -> tuple[int, Broken | None]:
    stamps: dict[str, dict[str, Any]] = {}
    for line in lines:
        for name, read_then in line["read"].items():
            if stamps.get(name, {}).get("sha256") != read_then:
                says = f"line {line['number']} read another {name} than was written before it"
                return 0, Broken(LEDGER, says)
        for name, recorded in line["wrote"].items():
            if not plain_name(name):
                return 0, Broken(name, "is not as uar names its files")
            # The journal is only ever appended to: each state it was recorded in must still hold.
            broken = _compare(name, recorded, present, read) if name == JOURNAL else None
            if broken:
                return 0, broken
            stamps[name] = recorded
    for held, (name, recorded) in enumerate(stamps.items()):
        broken = _compare(name, recorded, present, read)
        if broken:
            return held, broken
    for name in sorted(present - stamps.keys() - {LEDGER}):
        return len(stamps), Broken(name, "is in the folder, but no step recorded it")
    if JOURNAL in stamps and len(read(JOURNAL)) != stamps[JOURNAL]["bytes"]:
        return len(stamps), Broken(JOURNAL, "goes on after its last record; run uar apply again")
    return len(stamps), None


def check_chain(raw: bytes) -> Broken | None:
    """Is every line of the ledger whole, and hashed over the line before it?"""
    if not raw.endswith(b"\n"):
        return Broken(LEDGER, "ends in the middle of a line; run the interrupted command again")
    wrong = chain(raw)[1]
    if wrong:
        return Broken(LEDGER, f"line {wrong} has been changed since it was written")
    return None


def _compare(
    name: str, recorded: Mapping[str, Any], present: Iterable[str], read: Read
) -> Broken | None:
    if name not in present:
        return Broken(name, "is recorded, but not there")
    content = read(name)
    if name == JOURNAL:
        content = content[: recorded["bytes"]]
    if stamp(content) != dict(recorded):
        return Broken(name, "has been changed since it was written")
    return None


# ── what the files say of each other ──


class Story:
    """A review whose hashes hold: do its files tell one story?

    `recorded`: of a twin, the digests that its ledger has of the originals, which are not there.
    """

    def __init__(
        self, names: Iterable[str], read: Read, recorded: Mapping[str, str] | None = None
    ) -> None:
        self.there = sorted(names)
        self.names = {*self.there, *(recorded or {})}
        self.read = read
        self.recorded = recorded
        moves = [name for name in self.there if name.startswith(MOVES)]
        self.asked = {  # who was asked about which item, at first or once it was reassigned
            (row["item_id"], row["reviewer_email"])
            for name in (ITEMS, *moves)
            for row in self._lines(name)
        }

    def broken(self) -> Broken | None:
        """The first file that does not fit the others."""
        parts: tuple[tuple[str, Callable[[str], str]], ...] = (
            (CAMPAIGN, self._campaign),
            ("receipts/", self._receipt),
            ("decisions/", self._answers),
            ("plans/", self._plan),
            (JOURNAL, self._journal),
        )
        for start, part in parts:
            for name in self.there:
                if name.startswith(start):
                    try:
                        says = part(name)
                    except UNREADABLE:
                        says = NOT_OURS
                    if says:
                        return Broken(name, says)
        return None

    def _digest(self, name: str) -> str:
        return digest(self.read(name)) if self.recorded is None else self.recorded[name]

    def _campaign(self, name: str) -> str:
        if self.recorded is not None:  # the root is of the lines as they were
            return ""
        root = merkle_root(whole_lines(self.read(ITEMS)))
        wrong = self._document(name)["population_root"] != root
        return f"names another population root than {ITEMS} has" if wrong else ""

    def _receipt(self, name: str) -> str:
        receipt = self._document(name)
        file = receipt["file"]
        if file not in self.names:
            return f"is the receipt of {file}, which is not there"
        wrong = self._digest(file) != receipt["sha256"]
        return f"is not the receipt of {file} as it is" if wrong else ""

    def _answers(self, name: str) -> str:
        number = name.split("/")[1].split(".")[0]
        receipt = self._document(f"receipts/{number}.json")
        for answer in self._lines(name):
            item, asked = answer["item_id"], answer["reviewer_email"]
            if (item, asked) not in self.asked:
                return f"{item} is no item that was put to {asked}"
            if answer["file"] != receipt["file"]:
                return f"{item} was answered in {answer['file']}, which is not its receipt's file"
        return ""

    def _plan(self, name: str) -> str:
        plan = self._document(name)
        body = {key: value for key, value in plan.items() if key != "digest"}
        if self.recorded is None and digest(json_bytes(body)) != plan["digest"]:
            return "does not fit its digest"
        for source, made_from in plan["made_from"].items():
            if source not in self.names or self._digest(source) != made_from:
                return f"was made from another {source}"
        return ""

    def _journal(self, name: str) -> str:
        raw = self.read(name)
        lines, wrong = chain(raw, redacted=self.recorded is not None)
        if wrong:
            return f"line {wrong} has been changed since it was written"
        planned: dict[str, set[str]] = {}
        for line in lines:
            plan = line.get("plan")
            if plan is not None and plan not in planned:
                if plan not in self.names:
                    return f"line {line['number']} follows {plan}, which is not there"
                planned[plan] = {entry["item"] for entry in self._document(plan)["removals"]}
            if line.get("action") == "remove" and line["item"] not in planned[line["plan"]]:
                return f"line {line['number']} removes {line['item']}, which {plan} does not"
        return ""

    def _document(self, name: str) -> Any:
        return json.loads(self.read(name))

    def _lines(self, name: str) -> Iterator[Any]:
        if name in self.there:
            for line in whole_lines(self.read(name)):
                yield json.loads(line)


# ── a redacted twin ──


def check_twin(files: Mapping[str, bytes], root: str) -> tuple[int, Broken | None]:
    """(files that hold, first broken link) of a twin: from the root hash down to every file."""
    try:
        entry = json.loads(files[ENTRY])
        recorded, holds = entry["wrote"][TWIN], _hashes(entry, files[ENTRY][:-1])
    except UNREADABLE:
        return 0, Broken(ENTRY, "is not there, or is not what uar wrote when it was closed")
    if not holds:
        return 0, Broken(ENTRY, "has been changed since it was written")
    if entry["hash"] != root:
        return 0, Broken(MANIFEST, f"names another root hash than {ENTRY}")
    if TWIN not in files or stamp(files[TWIN]) != recorded:
        return 0, Broken(TWIN, "is not there, or is not the one that was recorded at closing")
    try:
        stamps = dict(json.loads(files[TWIN])["files"])
        return _check_twins_files(files, entry, stamps)
    except UNREADABLE:
        return 0, Broken(TWIN, NOT_OURS)


def _check_twins_files(
    files: Mapping[str, bytes], entry: Mapping[str, Any], stamps: Mapping[str, Any]
) -> tuple[int, Broken | None]:
    for held, (name, its) in enumerate(sorted(stamps.items())):
        if name not in files:
            return held, Broken(name, f"stands in {TWIN}, but is not there")
        if stamp(files[name]) != its:
            return held, Broken(name, f"is not what {TWIN} says")
    for name in sorted(set(files) - set(stamps) - {TWIN, ENTRY, *SEALS}):
        return len(stamps), Broken(name, f"is there, but not in {TWIN}")
    return len(stamps), _twin_story(files, entry)


def _twin_story(files: Mapping[str, bytes], entry: Mapping[str, Any]) -> Broken | None:
    """Does the redacted ledger lead to the entry of closing, and do the files fit it?"""
    lines, wrong = chain(files[REDACTED_LEDGER], redacted=True)
    if wrong:
        return Broken(REDACTED_LEDGER, f"line {wrong} does not follow the line before it")
    if not lines or lines[-1]["hash"] != entry["previous"]:
        return Broken(REDACTED_LEDGER, f"does not lead to {ENTRY}")
    recorded = {
        name: its["sha256"] for line in (*lines, entry) for name, its in line["wrote"].items()
    }
    for name, content in files.items():
        same = digest(content) == recorded.get(name)
        if not same and REDACTED.encode() not in content and name in recorded:
            return Broken(name, "has nothing redacted in it, and is not what the ledger says")
    own = {name for name in files if name not in (TWIN, ENTRY, REDACTED_LEDGER, *SEALS)}
    return _story(own, files.__getitem__, recorded)


def check_openings(files: Mapping[str, bytes], lines: bytes) -> tuple[list[str], str]:
    """(a sentence for each value that was opened, what is wrong with the first that is not)."""
    said: list[str] = []
    for number, line in enumerate(lines.splitlines(), 1):
        try:
            opening = json.loads(line)
            made, value = opening["commitment"], opening["value"]
            holds = commitment(opening["salt"], value) == made
        except UNREADABLE:
            return said, f"line {number} has no commitment, salt and value"
        found = sorted(name for name, content in files.items() if made.encode() in content)
        if not holds:
            return said, f"line {number}: this salt and value do not make {made}"
        if not found:
            return said, f"line {number}: {made} stands nowhere in this twin"
        said.append(f"{made} is {value!r}; it stands in {', '.join(found)}.")
    return said, ""


# ── the seal ──


def root_text(root: str) -> bytes:
    """What is signed and stamped: it says what it is, so it can pass for nothing else."""
    return f"uar review, root hash {root}\n".encode()


def fingerprint(pem: bytes) -> str:
    """SHA-256 of a public key: `openssl pkey -pubin -outform DER -in KEY | sha256sum`."""
    return digest(_public_key(pem))


def check_seal(files: Mapping[str, bytes], root: str, demanded: str = "") -> Checked:
    """Signature and time stamp of a pack. `demanded`: the fingerprint that must have signed."""

    def wrong(path: str, says: str) -> Checked:
        return Checked(0, root, Broken(path, says))

    if files.get(ROOT_TEXT) != root_text(root):
        return wrong(ROOT_TEXT, "does not name the root hash")
    try:
        promised = json.loads(files[CLOSING])["signer"]
    except UNREADABLE:
        return wrong(CLOSING, "does not say who signs")
    signer = stamped = ""
    if promised or SIGNER in files or SIGNATURE in files:
        try:
            key = _public_key(files[SIGNER])
            signer = digest(key)
            holds = signed_by(key[-32:], files[ROOT_TEXT], files[SIGNATURE])
            holds = holds and files[SIGNER] == _pem(key)  # not a byte of it is free
        except UNREADABLE:
            return wrong(SIGNATURE, "or the public key beside it is missing, or is none")
        if not holds:
            return wrong(SIGNATURE, "is not a signature of this root hash by the key beside it")
        if signer != promised:
            return wrong(SIGNER, f"is another key than {CLOSING} names")
    if demanded and signer != demanded:
        return wrong(SIGNATURE, f"is not there, or not by {demanded}")
    if TIME_STAMP in files:
        try:
            stamped, imprint, _ = time_stamp(files[TIME_STAMP])
        except UNREADABLE:
            return wrong(TIME_STAMP, "is not a time stamp")
        if imprint != hashlib.sha256(files[ROOT_TEXT]).digest():
            return wrong(TIME_STAMP, "stamps another root hash")
    return Checked(0, root, None, signer, stamped)


def _public_key(pem: bytes) -> bytes:
    """An Ed25519 public key as DER, from PEM."""
    lines = pem.decode("ascii").split()
    if lines[:2] != ["-----BEGIN", "PUBLIC"] or lines[-2:] != ["PUBLIC", "KEY-----"]:
        raise ValueError("not a public key")
    der = base64.b64decode("".join(lines[3:-3]), validate=True)
    if der[:12] != bytes.fromhex("302a300506032b6570032100") or len(der) != 44:
        raise ValueError("not an Ed25519 key")
    return der


def _pem(der: bytes) -> bytes:
    body = base64.b64encode(der)
    return b"-----BEGIN PUBLIC KEY-----\n" + body + b"\n-----END PUBLIC KEY-----\n"


def time_stamp(response: bytes) -> tuple[str, bytes, int]:
    """(moment, SHA-256 that was stamped, nonce) of a granted RFC 3161 response; else ValueError."""
    status, token = _der(_der(response)[0][1])[:2]
    if _der(status[1])[0][1] not in (b"\0", b"\1"):
        raise ValueError("not granted")
    signed_data = _der(_der(_der(token[1])[1][1])[0][1])
    content = _der(_der(signed_data[2][1])[1][1])[0][1]
    fields = _der(_der(content)[0][1])
    imprint = _der(fields[2][1])[1][1]
    place = [tag for tag, _ in fields].index(0x18)  # GeneralizedTime: 20261123221500Z
    at = fields[place][1].decode("ascii")
    nonces = [value for tag, value in fields[place + 1 :] if tag == 2]
    moment = f"{at[:4]}-{at[4:6]}-{at[6:8]}T{at[8:10]}:{at[10:12]}:{at[12:]}"
    return moment, imprint, int.from_bytes(nonces[0] if nonces else b"", "big")


def _der(raw: bytes) -> list[tuple[int, bytes]]:
    """The values that stand in a row: (tag, content)."""
    found, at = [], 0
    while at < len(raw):
        tag, size, at = raw[at], raw[at + 1], at + 2
        if size & 0x80:
            long = size & 0x7F
            size, at = int.from_bytes(raw[at : at + long], "big"), at + long
        if at + size > len(raw):
            raise ValueError("cut off")
        found.append((tag, raw[at : at + size]))
        at += size
    return found


# Ed25519, checking only: RFC 8032, 5.1. Points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.

Point = Tuple[int, int, int, int]
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def signed_by(key: bytes, message: bytes, signature: bytes) -> bool:
    """Did the owner of this public key (32 bytes) sign the message? Nothing here is secret."""
    base = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    owner, nonce = _point(key), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if not (base and owner and nonce) or len(signature) != 64 or scalar >= ORDER:
        return False
    hashed = hashlib.sha512(signature[:32] + key + message).digest()
    left = _times(scalar, base)
    right = _plus(nonce, _times(int.from_bytes(hashed, "little") % ORDER, owner))
    return all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))


def _point(raw: bytes) -> Point | None:
    """The point that 32 bytes stand for, if any."""
    number = int.from_bytes(raw, "little")
    odd, y = number >> 255, number & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    if len(raw) != 32 or y >= P or x * x % P != square or (x == 0 and odd):
        return None
    x = x if x & 1 == odd else P - x
    return x, y, 1, x * y % P


def _plus(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(factor: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            total = _plus(total, point)
        point = _plus(point, point)
        factor >>= 1
    return total


# ── a pack, a pack that was unzipped, a review folder ──


def check_pack(raw: bytes, demanded: str = "", name: str = PACK) -> Checked:
    """Everything of a pack, a file of this name."""
    return _check_opened(unpack(raw, name), demanded)


def check_path(path: Path, demanded: str = "") -> Checked:
    """Everything of a pack, or of a folder: a review, or a pack that was unzipped."""
    if not path.is_dir():
        return check_pack(path.read_bytes(), demanded, path.name)
    names = set()
    for file in path.rglob("*"):
        name = file.relative_to(path).as_posix()
        if file.is_symlink() or not (file.is_file() or file.is_dir()):
            return Checked(0, "", Broken(name, "is no file of its own"))
        if file.is_file() and name != LOCK:
            names.add(name)
    if MANIFEST in names:
        return _check_opened(open_members({n: (path / n).read_bytes() for n in names}), demanded)
    return check_review(names, lambda name: (path / name).read_bytes(), demanded)


def check_review(names: Iterable[str], read: Read, demanded: str = "") -> Checked:
    """Everything of a review folder; once it is closed, of the pack in it too."""
    names = set(names)
    held, broken = check(names, read)
    if broken:
        return Checked(held, "", broken)
    ledger = chain(read(LEDGER))[0]
    root = [str(line["hash"]) for line in ledger if line["step"] != SEAL][-1]
    broken = _story(names, read)
    if broken is None and PACK in names:
        packed = check_pack(read(PACK), demanded)
        if packed.broken is None and packed.root != root:
            return Checked(held, root, Broken(PACK, "is the pack of another review"))
        return Checked(held, root, packed.broken, packed.signer, packed.stamped)
    if broken is None and demanded:
        broken = Broken(PACK, "is not there: only a closed review is signed")
    return Checked(held, root, broken)


def _check_opened(opened: Opened, demanded: str) -> Checked:
    if opened.broken:
        return Checked(0, "", opened.broken)
    if ENTRY in opened.files or REDACTED_LEDGER in opened.files:
        held, broken = check_twin(opened.files, opened.root)
        sealed = check_seal(opened.files, opened.root, demanded)
        broken = broken or sealed.broken
        return Checked(held, opened.root, broken, sealed.signer, sealed.stamped, twin=True)
    files = {name: content for name, content in opened.files.items() if name not in SEALS}
    held, broken = check(files, files.__getitem__)
    if broken:
        return Checked(held, "", broken)
    if chain(files[LEDGER])[0][-1]["hash"] != opened.root:
        return Checked(held, "", Broken(MANIFEST, "names another root hash than the ledger"))
    broken = _story(files, files.__getitem__)
    if broken:
        return Checked(held, opened.root, broken)
    sealed = check_seal(opened.files, opened.root, demanded)
    return Checked(len(opened.files), opened.root, sealed.broken, sealed.signer, sealed.stamped)


def _story(
    names: Iterable[str], read: Read, recorded: Mapping[str, str] | None = None
) -> Broken | None:
    try:
        return Story(names, read, recorded).broken()
    except UNREADABLE:
        return Broken(ITEMS, NOT_OURS)


def demanded_fingerprint(text: str) -> str:
    """A fingerprint, or that of the public key in a file of this name."""
    plain = text.lower()
    if len(plain) == 64 and all(char in "0123456789abcdef" for char in plain):
        return plain
    return fingerprint(Path(text).read_bytes())


def sentences(checked: Checked) -> list[str]:
    """What was found, in words."""
    if checked.broken:  # on one line, whatever the name holds
        told = f"Broken: {checked.broken.path} {checked.broken.says}."
        return ["".join(char if char.isprintable() else "?" for char in told)]
    said = [
        f"Everything holds: {checked.files:,} file{'' if checked.files == 1 else 's'}"
        f"{' of a redacted twin' if checked.twin else ''}.",
        f"Root hash: {checked.root}",
        "It must be the root hash you were given when the review was closed.",
    ]
    if not checked.twin:
        said.append("Whether its tables follow from the tenant's answers, uar rebuild tells.")
    if checked.signer:
        said.append(f"Signed by the key with the fingerprint {checked.signer}.")
    if checked.stamped:
        said += [
            f"Time stamp: {checked.stamped}, as the authority states. To check its own signature,",
            "in the unzipped pack, with the authority's certificate in CA.pem:",
            f"  openssl ts -verify -data {ROOT_TEXT} -in {TIME_STAMP} -CAfile CA.pem",
        ]
    return said


def opened_files(path: Path) -> Mapping[str, bytes]:
    """The files of a pack, or of one that was unzipped."""
    if not path.is_dir():
        return unpack(path.read_bytes()).files
    found = [file for file in path.rglob("*") if file.is_file()]
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in found}


def main(words: Sequence[str]) -> int:
    """The command line: 0 when everything holds, 1 when not, 2 when it was called wrongly."""
    given = list(words)
    demanded, opening = "", b""
    try:
        if "--signer" in given:
            at = given.index("--signer")
            demanded = demanded_fingerprint(given[at + 1])
            del given[at : at + 2]
        if "--opening" in given:
            at = given.index("--opening")
            opening = Path(given[at + 1]).read_bytes()
            del given[at : at + 2]
        here = Path(__file__).parent
        (path,) = [Path(word) for word in given] or [here]
        checked = check_path(path, demanded)
        said, wrong = sentences(checked), ""
        if opening and not checked.broken:
            more, wrong = check_openings(opened_files(path), opening)
            said += [*more, *([f"Not opened: {wrong}."] if wrong else [])]
    except (*UNREADABLE, OSError) as error:
        print(__doc__.strip().splitlines()[2].strip(), f"({error})", sep="\n", file=sys.stderr)
        return 2
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    for sentence in said:
        print("".join(char if char.isprintable() else "?" for char in sentence))
    return 1 if checked.broken or wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
