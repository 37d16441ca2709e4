"""The answers as they came, on disk while a tenant is read: the snapshot's pages are made of them,
and an interrupted sync goes on from them.

One gzip member an answer, one line of JSON in each: members of one collection put end to end are a
gzip file that every tool opens. What is kept of an answer is its body byte for byte; only where
that holds a secret is it written anew without it, and the line names what was dropped.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from ._answers import Answer

# Headers that are a part of the answer: totals, how events go on, and the server's own clock.
HEADERS = ("x-total-count", "x-result-count", "x-limit", "x-search_after", "date")
LEVEL = 3  # 6 takes twice the time for a tenth of the size
CHUNK = 1 << 16
LARGEST = 1 << 28  # bytes of an answer: no server sends so many, but a forger's file may

# Names that hold a secret wherever they stand (API.md 10, point 11), however they are written.
# field1 and field2 are of the Password Manager's items; no source says what they hold.
SECRET = re.compile(
    r"^(config|field[12])$|(secret|password|private_?key|api_?key|token)$", re.IGNORECASE
)
# One of these stands in every body that has such a name: a body without any is not looked through.
SIGNS = (b'config"', b'secret"', b'password"', b'privatekey"', b'private_key"', b'apikey"',
         b'api_key"', b'token"', b'field1"', b'field2"', b"\\u00")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Packed:
    """An answer made ready for the spool: its line, compressed, and the SHA-256 of its body."""

    member: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """Where an answer stands in the spool. `digest`: SHA-256 of its body as it is kept."""

    start: int
    length: int
    digest: bytes


def packed(answer: Answer, query: str) -> Packed:
    """An answer as the spool keeps it. No secret is in it; the same answer gives the same bytes."""
    body, dropped = without_secrets(answer.body)
    digest = hashlib.sha256(body)
    line: dict[str, Any] = {
        "path": answer.path,
        "query": query,
        "requested_at": answer.requested_at,
        "answered_at": answer.answered_at,
        "sha256": digest.hexdigest(),
    }
    line |= {name: answer.headers[name] for name in HEADERS if name in answer.headers}
    if answer.method != "GET":
        line["method"] = answer.method  # what was sent is the query
    if answer.status != 200:
        line["status"] = answer.status
    if dropped:
        line["dropped"] = dropped
    line["body"] = body.decode("utf-8", "surrogatepass")
    return Packed(_member(line), digest.digest())


def without_secrets(body: bytes) -> tuple[bytes, list[str]]:
    """The body as it came; where it holds secrets, without them, and the names they stood under.

    What cannot be read cannot be told to hold none, and is not kept at all.
    """
    try:
        body.decode("utf-8", "surrogatepass")
        small = body.lower()
        if not any(sign in small for sign in SIGNS):
            return body, []
        value = json.loads(body)
    except (ValueError, RecursionError):
        return b"", ["everything"]
    dropped: set[str] = set()
    cleaned = _cleaned(value, dropped)
    if not dropped:
        return body, []
    return json.dumps(cleaned, separators=(",", ":")).encode(), sorted(dropped)


def _cleaned(value: Any, dropped: set[str]) -> Any:
    if isinstance(value, list):
        return [_cleaned(each, dropped) for each in value]
    if not isinstance(value, dict):
        return value
    secret = {
        name
        for name, inner in value.items()
        if SECRET.search(name) and inner not in (None, "") and not isinstance(inner, bool)
    }
    dropped |= secret
    return {name: _cleaned(inner, dropped) for name, inner in value.items() if name not in secret}


class Spool:
    """Answers, found again by path and query. `file`: opened to be read and written.

    Only ever appended to, so that whatever interrupts it leaves every whole answer behind.
    """

    def __init__(self, file: BinaryIO | None = None) -> None:
        self._file = file or io.BytesIO()
        self._kept: dict[str, dict[str, Kept]] = {}
        self._end = 0
        self.noted: dict[str, str] = {}  # whose answers these are
        self.note_kept = Kept(0, 0, b"")  # and where that stands
        self.added = 0  # answers, with those that were forgotten since
        self._load()

    @property
    def held(self) -> int:
        """Answers that still stand."""
        return sum(map(len, self._kept.values()))

    def note(self, noted: Mapping[str, str]) -> None:
        self.noted = dict(noted)
        self.note_kept = self._append(_member({"noted": self.noted}))

    def add(self, path: str, query: str, ready: Packed) -> Kept:
        kept = self._append(ready.member, ready.digest)
        self.added += 1
        self._kept.setdefault(path, {})[query] = kept
        return kept

    def add_aside(self, ready: Packed) -> Kept:
        """Another status than 200: on record, but asked for again by whoever goes on."""
        return self._append(ready.member, ready.digest)

    def find(self, path: str, query: str) -> Kept | None:
        return self._kept.get(path, {}).get(query)

    def forget(self, path: str) -> None:
        """What was answered there is not true any more."""
        if self._kept.pop(path, None):
            self._append(_member({"forget": path}))

    def answer(self, kept: Kept) -> Answer:
        line = json.loads(gzip.decompress(self.member(kept)))
        headers = {name: line[name] for name in HEADERS if name in line}
        times = line["requested_at"], line["answered_at"]
        body = line["body"].encode("utf-8", "surrogatepass")
        method, status = line.get("method", "GET"), line.get("status", 200)
        return Answer(status, headers, body, *times, method, line["path"])

    def member(self, kept: Kept) -> bytes:
        self._file.seek(kept.start)
        return self._file.read(kept.length)

    def _append(self, member: bytes, digest: bytes = b"") -> Kept:
        kept = Kept(self._end, len(member), digest)
        self._file.seek(self._end)
        self._file.write(member)
        self._file.flush()
        self._end += len(member)
        return kept

    def _load(self) -> None:
        """Find every whole member; what was cut off behind the last one is written over."""
        self._file.seek(0)
        for raw, start, end in _members(self._file):
            self._end = end
            line = json.loads(raw)
            if "forget" in line:
                self._kept.pop(line["forget"], None)
            elif "noted" in line:
                self.noted, self.note_kept = line["noted"], Kept(start, end - start, b"")
            elif self._stands(line):
                self.added += 1
                kept = Kept(start, end - start, bytes.fromhex(line["sha256"]))
                self._kept.setdefault(line["path"], {})[line["query"]] = kept
        self._file.truncate(self._end)

    def _stands(self, line: Mapping[str, Any]) -> bool:
        """Is it an answer that is not asked for again?"""
        return "status" not in line


def _member(line: Mapping[str, Any]) -> bytes:
    raw = json.dumps(line, separators=(",", ":")).encode() + b"\n"
    return gzip.compress(raw, LEVEL, mtime=0)


def _members(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """(content, start, end) of every whole gzip member, up to the first that is damaged."""
    start = 0
    rest = b""
    while True:
        unpack, parts, size, unpacked = zlib.decompressobj(31), [], 0, 0
        while not unpack.eof:
            chunk = rest or file.read(CHUNK)
            if not chunk:
                return
            try:
                parts.append(unpack.decompress(chunk))
            except zlib.error:
                return
            unpacked += len(parts[-1])
            if unpacked > LARGEST:
                return
            rest = unpack.unused_data
            size += len(chunk) - len(rest)
        yield b"".join(parts), start, start + size
        start += size
