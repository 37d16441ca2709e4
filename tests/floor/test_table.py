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


def on_a_terminal(columns: int) -> str:
    reader, writer = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns)}
    done = subprocess.run([sys.executable, "-c", CODE], stdout=writer, env=environment, check=False)
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


def test_a_pipe_gets_whole_rows_and_nothing_a_terminal_obeys() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == 4
    assert lines[2].count("word") == 40
    assert "\x1b" not in done.stdout and "\u202e" not in done.stdout
    assert lines[3].startswith("🌊 wave") and "1200" in lines[3]
