"""The story of one quarter: which commands run, who answers how, and what is said in between.

Every step is the real command, reading and writing real files and talking HTTP to the emulated
tenant in its own process. The reviewers are simulated (uar.demo.reviewers), their files are not.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import chain, repeat
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from uar.clock import FIXED
from uar.demo import reviewers
from uar.demo.reviewers import Paper
from uar.errors import SetupError, SourceError
from uar.exceptions import FILE as EXCEPTIONS

Tell = Callable[[str], None]
Run = Callable[[Sequence[str]], int]  # a uar command line -> its exit code

# The days on which the story plays, so that it is the same in every year.
READ_ON, ANSWERED_ON, REMOVED_ON, VERIFIED_ON, CLOSED_ON, NEXT_ON = (
    dt.datetime.fromisoformat(f"{day}T10:00:00Z")
    for day in (
        "2026-11-20", "2026-11-25", "2026-11-27", "2026-12-02", "2026-12-03", "2027-01-18",
    )
)  # fmt: skip
NEXT_QUARTER = {'"2026-Q4"': '"2027-Q1"', "due = 2026-12-15": "due = 2027-02-12"}
SIGNED_ON = "2026-11-24"
MOVER, PEOPLE = "64c0ffee000000000a100008", "64c0ffee0000000009a00005"  # Oona Fairweather; a group


@dataclass(frozen=True)
class Stage:
    """What the story needs: where it plays, how commands are run, how it speaks."""

    folder: Path
    inbox: Path  # where the reviewers' files arrive; beside the review, not in it
    following: Path  # the review after this one
    settings: Path
    roster: Path  # HR's list
    run: Run
    tell: Tell

    def command(self, *words: str, expect: tuple[int, ...] = (0, 1)) -> None:
        """Run one command as a person would type it; anything unexpected ends the story.

        A word that ends in /* stands for every file of that folder, as in a shell.
        """
        shown = [word if word.endswith("/*") else shlex.quote(word) for word in words]
        self.tell(f"\n$ uar {' '.join(shown)}")
        files = {word: sorted(Path(word[:-2]).iterdir()) for word in words if word.endswith("/*")}
        typed = [name for word in words for name in map(str, files.get(word, [word]))]
        code = self.run(typed)
        if code not in expect:
            raise SourceError(f"uar {words[0]} ended with exit code {code}; the demo stops here.")


@contextmanager
def tenant() -> Iterator[dict[str, str]]:
    """The emulated tenant in its own process; its address and keys."""
    process = subprocess.Popen(
        [sys.executable, "-m", "uar", "sandbox", "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield _announcement(process)
    finally:
        process.terminate()
        process.wait()


def _announcement(process: subprocess.Popen[str]) -> dict[str, str]:
    text = ""
    for line in process.stdout or ():
        text += line
        try:
            said: dict[str, Any] = json.loads(text)
        except ValueError:
            continue
        return {name: str(value) for name, value in said.items()}
    raise SourceError("the emulated tenant did not start; try uar sandbox by itself.")


@contextmanager
def environment(values: dict[str, str]) -> Iterator[None]:
    """The keys in the environment, as an operator sets them, and only them, for a while."""
    names = [name for name in os.environ if name.startswith(("JUMPCLOUD_", "UAR_"))]
    before = {name: os.environ.pop(name) for name in names}
    os.environ.update(values)
    try:
        yield
    finally:
        for name in values:
            os.environ.pop(name, None)
        os.environ.update(before)


def on(day: dt.datetime) -> dict[str, str]:
    """The clock of the commands, for `environment`."""
    return {FIXED: str(int(day.timestamp()))}


@contextmanager
def day_of(tenant: dict[str, str], day: dt.datetime, *, writes: bool = False) -> Iterator[None]:
    """That day, here and in the tenant, with the keys an operator has set for it."""
    _portal(tenant, "PUT", "/sandbox/clock", {"now": day.isoformat()})
    keys = {"JUMPCLOUD_BASE_URL": tenant["url"], "JUMPCLOUD_API_KEY": tenant["api_key"]}
    if writes:
        keys["UAR_APPLY_API_KEY"] = tenant["apply_api_key"]
    with environment(keys | on(day)):
        yield


def _portal(tenant: dict[str, str], method: str, path: str, body: dict[str, Any]) -> None:
    """What somebody does to the tenant in the Admin Portal, without uar."""
    url = urlsplit(tenant["url"])
    connection = HTTPConnection(url.hostname or "", url.port)
    headers = {"x-api-key": tenant["apply_api_key"], "content-type": "application/json"}
    connection.request(method, path, json.dumps(body), headers)
    status = connection.getresponse().status
    connection.close()
    if status not in (200, 204):
        raise SourceError(f"the emulated tenant answered {status} to {method} {path}.")


def play(stage: Stage) -> None:
    """The whole quarter. Leaves a review that `uar verify` accepts, and says where things are."""
    for path in (stage.folder, stage.inbox, stage.following):
        if path.exists() and any(path.iterdir() if path.is_dir() else [path]):
            raise SetupError(f"{path} is already there; name another folder: uar demo FOLDER.")
    folder = str(stage.folder)
    stage.tell(
        "One quarterly access review of Juniper Tide, a made-up company, from the first read to\n"
        "sealed evidence, against an emulated JumpCloud tenant on this machine."
    )
    with tenant() as address:
        with day_of(address, READ_ON):
            _read(stage, folder, address["url"])
            _ask(stage, folder)
        with day_of(address, ANSWERED_ON):
            _answer(stage, folder)
        with day_of(address, REMOVED_ON):
            stage.command("plan", folder, "--settings", str(stage.settings))
        with day_of(address, REMOVED_ON, writes=True):
            _remove(stage, folder)
        with day_of(address, VERIFIED_ON, writes=True):
            _look_again(stage, folder)
        with day_of(address, CLOSED_ON):
            _prove(stage, folder)
        with day_of(address, NEXT_ON):
            _next(stage, folder, address)
    stage.tell(
        "\nThat was one quarter, and how the next one begins. Have a look:\n"
        f"  the auditor's report     {stage.folder / 'report.html'}\n"
        f"  the reviewers' workbooks {stage.folder / 'workbooks'}\n"
        f"  what they sent back      {stage.inbox}\n"
        f"  the evidence pack        {stage.folder / 'pack.zip'}\n"
        f"  the next workbooks       {stage.following / 'workbooks'}"
    )


def _said(day: dt.datetime) -> str:
    return f"{day:%A}, {day.day} {day:%B %Y}"


def _read(stage: Stage, folder: str, url: str) -> None:
    stage.tell(
        f"\n── 1. Read ── {_said(READ_ON)}. The tenant answers at {url}.\n"
        "The key can only read; nothing can be changed with it."
    )
    stage.command("check")
    stage.tell(
        "\nThe whole tenant is frozen into files, and HR's list with it: complete, or an error."
    )
    stage.command("sync", folder, "--settings", str(stage.settings), "--roster", str(stage.roster))
    stage.tell(
        "\n── 2. Look ── Who has two accounts? Which profiles have holes? Which leaver still has\n"
        "a console? A person is a cluster of accounts, with the reason of each link."
    )
    stage.command("detect", folder, "--settings", str(stage.settings))


def _ask(stage: Stage, folder: str) -> None:
    stage.tell(
        "\n── 3. Ask ── Each item, one thing that can be taken away, goes to one reviewer,\n"
        "who is never the person concerned. One workbook a reviewer."
    )
    stage.command("open", folder, "--settings", str(stage.settings))


def _answer(stage: Stage, folder: str) -> None:
    stage.tell(
        f"\n── 4. Answer ── {_said(ANSWERED_ON)}. The reviewers have filled in their workbooks\n"
        "and sent them back. People are people:"
    )
    fill_in(stage)
    stage.command("ingest", folder, f"{stage.inbox}/first/*", expect=(0, 1, 4))
    stage.tell(
        "\nWhat could not be taken without guessing was refused, with the cells to look at.\n"
        "Where do we stand?"
    )
    stage.command("status", folder)
    stage.tell("\nThe reviewers concerned correct their files and send them again.")
    stage.command("ingest", folder, f"{stage.inbox}/corrected/*")
    stage.command("status", folder)


def _remove(stage: Stage, folder: str) -> None:
    stage.tell(
        f"\n── 5. Remove ── {_said(REMOVED_ON)}. Only what was decided, with a second key\n"
        "that may write. Each removal is read before, written down, sent, and read again after."
    )
    stage.command("apply", folder, "--yes")


def _look_again(stage: Stage, folder: str) -> None:
    stage.tell(f"\n{_said(VERIFIED_ON)}. Is it still gone?")
    stage.command("apply", folder, "--verify")


def _prove(stage: Stage, folder: str) -> None:
    stage.tell(
        f"\n── 6. Prove ── {_said(CLOSED_ON)}. One report for the auditor, one sealed pack, and a\n"
        "check of both."
    )
    stage.command("report", folder)
    key = str(stage.inbox / "signing-key.pem")
    stage.command("key", "--key", key)
    stage.command(
        "close",
        folder,
        "--key",
        key,
        "--exceptions",
        str(stage.settings.with_name(EXCEPTIONS)),
        "--acknowledged-by",
        "Tobias Okafor, Chief Financial Officer",
    )
    stage.command("verify", folder, expect=(0,))
    pack = stage.folder / "pack.zip"
    stage.command("verify", str(pack), "--signer", f"{key}.pub", expect=(0,))
    stage.tell("\nAnd if somebody changes one byte of a copy?")
    copy = stage.inbox / "changed-pack.zip"
    _change_one_byte(pack, copy)
    stage.command("verify", str(copy), expect=(5,))


def _next(stage: Stage, folder: str, address: dict[str, str]) -> None:
    back = _put_back(stage.folder, address)
    _move(address)
    stage.tell(
        f"\n── 7. Again ── {_said(NEXT_ON)}. Somebody has put an access back in the Admin Portal:\n"
        f"{back}. Oona Fairweather has moved from Finance to\n"
        "People, and kept what she had. The next review is told against this one."
    )
    following = str(stage.following)
    settings = ("--settings", str(_next_settings(stage)))
    stage.command("sync", following, *settings, "--roster", str(stage.roster))
    stage.command("compare", folder, following)
    stage.command("detect", following, *settings, "--previous", folder)
    stage.tell(
        "\nWhat is new, changed or back stands first in the workbooks, with the last decision."
    )
    stage.command("open", following, *settings)


def _next_settings(stage: Stage) -> Path:
    """uar.toml as somebody edits it for the next quarter, with what is still accepted beside it."""
    text = stage.settings.read_text("utf-8")
    for old, new in NEXT_QUARTER.items():
        text = text.replace(old, new)
    path = stage.inbox / "next-uar.toml"
    path.write_text(text, "utf-8")
    shutil.copyfile(stage.settings.with_name(EXCEPTIONS), path.with_name(EXCEPTIONS))
    return path


def _put_back(folder: Path, address: dict[str, str]) -> str:
    """Undo one removed membership behind the review's back; says whose and which."""
    removed = {
        line["item"]
        for line in map(json.loads, (folder / "journal.jsonl").read_bytes().splitlines())
        if line["phase"] == "result" and line["outcome"] == "removed"
    }
    items = map(json.loads, (folder / "items.jsonl").read_bytes().splitlines())
    item = next(
        item for item in items if item["kind"] == "group membership" and item["item_id"] in removed
    )
    group, user = (item[name].rpartition(":")[2] for name in ("entitlement_id", "holder_id"))
    member = {"op": "add", "type": "user", "id": user}
    _portal(address, "POST", f"/api/v2/usergroups/{group}/members", member)
    return f"{item['holder_name']} is a member of {item['entitlement']} again"


def _move(address: dict[str, str]) -> None:
    """Somebody goes to another department; nobody thinks of the access."""
    changed = {"department": "People", "jobTitle": "People Analyst"}
    _portal(address, "PUT", f"/api/systemusers/{MOVER}", changed)
    member = {"op": "add", "type": "user", "id": MOVER}
    _portal(address, "POST", f"/api/v2/usergroups/{PEOPLE}/members", member)


def _change_one_byte(pack: Path, copy: Path) -> None:
    shutil.copyfile(pack, copy)
    content = bytearray(copy.read_bytes())
    content[len(content) // 2] ^= 1
    copy.write_bytes(bytes(content))


@dataclass(frozen=True)
class Habit:
    """How one reviewer treats a workbook. `again`: the file has to come a second time."""

    says: str
    change: Callable[[Paper], None] | None = None
    as_csv: bool = False
    again: bool = False


def _habits(colleague: Paper) -> list[Habit]:
    return [
        Habit("sorts the sheet by access, fills in everything", reviewers.sorted_by_access),
        Habit(
            "types own words, one 'Y', and two words in one cell", reviewers.own_words, again=True
        ),
        Habit("stops three rows before the end", reviewers.last_ones_blank, again=True),
        Habit("sends the sheet as a CSV with semicolons", as_csv=True),
        Habit(
            "pastes in a row from a colleague's file", reviewers.pasted_from(colleague), again=True
        ),
        Habit("gives no reasons", reviewers.without_reasons, again=True),
    ]


def fill_in(stage: Stage) -> None:
    """inbox/first: files as they arrive; inbox/corrected: those that have to come again."""
    books = sorted(
        (stage.folder / "workbooks").glob("*.xlsx"),
        key=lambda path: (-len(reviewers.open_paper(path).rows()), path.name),
    )
    habits = _habits(reviewers.open_paper(books[-1]))
    for book, habit in zip(
        books, chain(habits, repeat(Habit("fills in everything"))), strict=False
    ):
        paper = _filled(book)
        stage.tell(f"  {reviewers.whose(paper)[0]} {habit.says}.")
        if habit.change:
            habit.change(paper)
        first = stage.inbox / "first" / book.name
        if habit.as_csv:
            reviewers.as_csv(paper, first.with_suffix(".csv"))
        else:
            reviewers.saved(paper, first)
        if habit.again:
            reviewers.saved(_filled(book), stage.inbox / "corrected" / book.name)


def _filled(book: Path) -> Paper:
    paper = reviewers.open_paper(book)
    reviewers.answer_all(paper)
    reviewers.sign(paper, SIGNED_ON)
    return paper
