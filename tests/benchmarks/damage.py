"""Returned files with bytes changed, cut out and put in: each is taken or refused, at once.

python -m tests.benchmarks.damage --files 6000 --seed 1

Good .xlsx, .ods and .csv files are damaged in the file itself, or in a part of it and packed again,
where no checksum catches it. Anything but a receipt or one sentence naming the file, more than
SECONDS of work or MEGABYTES of memory is printed with the number that makes the file again.

Recorded at 300ac1b with --files 30000 --seed 5: 6,816 accepted, 5,516 refused, 17,668 not readable,
none that broke anything.
"""

from __future__ import annotations

import argparse
import io
import random
import resource
import time
import zipfile
from collections import Counter
from collections.abc import Callable

from tests.ingest.edits import issued
from tests.ingest.review import AT, items_of, with_shared_strings, workbook
from tests.ingest.test_ods import answered, ods
from uar.decisions.case import Case, Issued
from uar.decisions.intake import take
from uar.decisions.receipt import Arrival, Rules, lines
from uar.errors import TableError
from uar.snapshot import json_bytes
from uar.workbooks.read import read

SECONDS, MEGABYTES = 2.0, 100  # each file has some kilobytes: far more than any of them needs
BITS = (
    b"<", b">", b"&", b'"', b"/", b"\x00", b"\xff", b"\r\n", b"<!-- ", b"<!DOCTYPE x [", b"&x;",
    b"<![CDATA[", b"<?x", b"</row>", b"</c>", b'r="XFD1048576"', b"99999999999", b"-1", b"1e308",
    b' t="s"', b"_x0041_", b"\xef\xbb\xbf", b"\xff\xfe", b"PK\x03\x04", b'"\n"', b";", b"\t",
    b'table:number-rows-repeated="1048576"', b"<f>", b"<v>",
)  # fmt: skip
"""What an edit puts in, beside any bytes."""


def good() -> dict[str, bytes]:
    """The files that are damaged, by their names."""
    xlsx = workbook(items_of("ana"))
    table = "Item,Decision,Reason\r\n" + "".join(
        f'{item["item_id"]},Keep,"fine, still needed"\r\n' for item in items_of("ana")
    )
    return {
        "sent.xlsx": xlsx,
        "shared.xlsx": with_shared_strings(xlsx),
        "calc.ods": ods(answered()),
        "comma.csv": table.encode(),
        "excel.csv": table.replace(",", ";").encode("utf-16"),
    }


def damaged(rng: random.Random, content: bytes) -> bytes:
    """Bytes of a file changed, or of one of its parts."""
    if content.startswith(b"PK") and rng.random() < 0.7:
        return _in_a_part(rng, content)
    return _edited(rng, content)


def _in_a_part(rng: random.Random, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", 8) as new:
        parts = [name for name in old.namelist() if old.getinfo(name).file_size]
        hit = rng.choice(parts)
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, _edited(rng, text) if name == hit else text)
    return out.getvalue()


def _edited(rng: random.Random, content: bytes) -> bytes:
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        at = rng.randrange(len(content) + 1)
        content = rng.choice(EDITS)(rng, content, at)
    return content


def _flip(rng: random.Random, content: bytes, at: int) -> bytes:
    return content[:at] + bytes([rng.randrange(256)]) + content[at + 1 :]


def _cut(rng: random.Random, content: bytes, at: int) -> bytes:
    return content[:at] + content[at + rng.choice((1, 4, 60, 1000)) :]


def _put_in(rng: random.Random, content: bytes, at: int) -> bytes:
    return content[:at] + rng.choice((*BITS, rng.randbytes(8))) + content[at:]


def _double(rng: random.Random, content: bytes, at: int) -> bytes:
    piece = content[at : at + rng.choice((10, 200, 3000))]
    return content[:at] + piece * rng.choice((1, 1, 50)) + content[at:]


def _end(_: random.Random, content: bytes, at: int) -> bytes:
    return content[:at]


EDITS: tuple[Callable[[random.Random, bytes, int], bytes], ...] = (
    _flip, _flip, _cut, _put_in, _put_in, _double, _end,
)  # fmt: skip


def run(seed: int, count: int) -> tuple[Counter[str], list[str]]:
    """(how many were read, refused, judged; what should not have happened)."""
    outcomes, wrong = Counter[str](), list[str]()
    files, population = list(good().items()), issued()
    for number in range(count):
        rng = random.Random(seed * 1_000_003 + number)
        name, content = files[number % len(files)]
        content = damaged(rng, content)
        worked, memory = time.process_time(), _peak()
        try:
            outcome = _outcome(name, content, population)
        except Exception as error:
            outcome = "broke"
            wrong.append(f"file {number} ({name}): {type(error).__name__}: {error}")
        outcomes[outcome] += 1
        seconds, grown = time.process_time() - worked, (_peak() - memory) // 1024
        if seconds > SECONDS or grown > MEGABYTES:
            wrong.append(f"file {number} ({name}): {seconds:.1f} s, {grown:,} MB")
    return outcomes, wrong


def _outcome(name: str, content: bytes, population: Issued) -> str:
    """What the receipt says. Raises whatever a user would see as a traceback."""
    arrival = Arrival(name, f"returned/0001-{name}", "0" * 64, len(content), AT)
    try:
        returned = read(name, content, 12)
    except TableError as error:
        if not str(error).startswith(f"{name}: ") or "\n" in str(error):
            raise AssertionError(f"not one sentence naming the file: {error}") from error
        return "not readable"
    _, receipt = take(Case(arrival, returned, population, {}, Rules()))
    record = receipt.record()
    json_bytes(record)
    "\n".join(lines(record)).encode()
    return receipt.outcome


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--files", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    began = time.process_time()
    outcomes, wrong = run(options.seed, options.files)
    counts = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(outcomes.items()))
    print(f"{options.files:,} damaged files (seed {options.seed}): {counts}")
    print(f"{len(wrong):,} that broke something; {time.process_time() - began:.0f} s of work")
    print("\n".join(wrong[:20]))
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
