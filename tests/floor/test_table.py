"""Tables on a terminal fit it and lose nothing; in a pipe they are whole."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys

CODE = """
from uar.commands._table import put_table
put_table(["Who", "Items", "What"], [
    ["Ana\\u0301 \\u202e\\x1b[31m", 7, "word " * 40],
    ["\U0001f30a wave", 1200, "short"],
])
"""


LINES = """
import sys
from uar.commands._shared import put
put("  UAR-7K3M-9QX2-PT4DC  Takes " + "a long word and " * 12)
put("no label " * 20)
put("    Revoke: " + "x" * 90)
put("  資産  " + "漢字の 名前 " * 12)
"""


def on_a_terminal(columns: int, code: str = CODE) -> str:
    reader, writer = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns)}
    done = subprocess.run([sys.executable, "-c", code], stdout=writer, env=environment, check=False)
    os.close(writer)
    text = b""
    while True:
        try:
            part = os.read(reader, 65536)
        except OSError:
            break
        if not part:
            break
        text += part
    os.close(reader)
    assert done.returncode == 0
    return text.decode()


def test_a_table_fits_its_terminal_and_keeps_every_word() -> None:
    text = on_a_terminal(60)
    assert all(len(line) <= 60 for line in text.splitlines())
    assert len(re.findall(r"\bword\b", text)) == 40


EXPLAINED = """
from uar.cli import main
main(["list", "detections", "ADM-02"])
"""


def test_what_explains_a_detection_fills_the_terminal_paragraph_by_paragraph() -> None:
    """Its lines are a file's of 100 columns: each folded by itself would leave every second one
    short."""
    wide, narrow = (on_a_terminal(columns, EXPLAINED).splitlines() for columns in (200, 80))
    assert max(map(len, narrow)) <= 80
    assert " ".join(narrow).split() == " ".join(wide).split()
    headings = [line for line in wide if line[:1].strip()]
    assert [line for line in narrow if line[:1].strip()] == headings
    assert headings[1:3] == [
        "An administrator can sign in without a second factor.",
        "What it means",
    ]
    at = narrow.index("What it means")
    assert narrow[at - 1] == ""
    for place, line in enumerate(narrow[at:-1], at):
        if line.startswith("    ") and narrow[place + 1].startswith("    "):
            assert (
                len(line) + 1 + len(narrow[place + 1].split()[0]) > 80
            )  # the next word did not fit


HEADINGS = """
from uar.commands._table import put_table
put_table(["Reviewer", "Not reviewed yet", "Last file"], [["Amara Delacroix", 7, "0008 accepted"]])
"""


def test_headings_are_folded_before_what_stands_below_them() -> None:
    whole = on_a_terminal(60, HEADINGS).splitlines()
    assert [line.split() for line in whole[-1:]] == [
        ["Amara", "Delacroix", "7", "0008", "accepted"]
    ]
    assert "Not reviewed yet" in whole[0]
    folded = on_a_terminal(40, HEADINGS).splitlines()
    assert all(len(line) <= 40 for line in folded)
    assert "Amara Delacroix         7  0008 accepted" in folded
    assert folded[0].split() == ["Reviewer", "Not", "Last", "file"]


def test_a_pipe_gets_whole_rows_and_nothing_a_terminal_obeys() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == 4
    assert lines[2].count("word") == 40
    assert "\x1b" not in done.stdout and "\u202e" not in done.stdout
    assert lines[3].startswith("🌊 wave") and "1200" in lines[3]


def test_long_lines_go_on_below_their_text_and_no_word_is_broken() -> None:
    lines = on_a_terminal(60, LINES).splitlines()
    second = lines.index(next(line for line in lines if line.startswith("no label")))
    assert second > 2 and all(line.startswith(" " * 23 + "a") for line in lines[1:2])
    assert " ".join(" ".join(lines[:second]).split()).count("a long word and") == 12
    assert all(len(line) <= 60 for line in lines if "x" * 60 not in line)
    assert "      " + "x" * 90 in lines
    wide = [line for line in lines if "漢" in line]
    assert len(wide) > 2 and all(line.startswith("        漢字の") for line in wide[1:])
    assert all(len(line) + sum(char > "\u3000" for char in line) <= 60 for line in wide)


def test_a_wide_word_in_a_table_is_broken_behind_a_mark() -> None:
    code = """
from uar.commands._table import put_table
put_table(["File"], [["returned/0001-2026-Q4-amara-delacroix.xlsx and " + "漢" * 70]])
"""
    lines = on_a_terminal(60, code).splitlines()
    assert "returned/0001-2026-Q4-amara-delacroix.xlsx and" in lines
    assert sum(line.count("漢") for line in lines) == 70
    assert all(len(line) + line.count("漢") <= 60 for line in lines if "漢" in line)


def test_lines_in_a_pipe_are_whole() -> None:
    done = subprocess.run([sys.executable, "-c", LINES], capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == 4


def test_what_comes_behind_a_broken_word_goes_on_beside_its_last_piece() -> None:
    code = """
from uar.commands._table import put_table
put_table(["Detection", "What"], [["ADM-02", "The admin milo.achterberg@juniper.example is in."]])
"""
    lines = [line.strip() for line in on_a_terminal(40, code).splitlines()]
    assert lines[-2:] == ["milo.achterberg@juniper.", "example is in."]
