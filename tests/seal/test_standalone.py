"""verify.py, as it lies in a pack, needs Python's standard library and nothing else."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.seal.conftest import uar
from uar import verify


@pytest.fixture
def unzipped(closed: Path, tmp_path: Path) -> Path:
    shutil.unpack_archive(closed / "pack.zip", tmp_path / "pack")
    return tmp_path / "pack"


def alone(script: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """Another Python that cannot see uar, its packages or its folder."""
    command = [sys.executable, "-I", "-S", "-W", "error", str(script), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd=script.parent)


def test_the_packed_verifier_is_the_module_itself(unzipped: Path) -> None:
    assert (unzipped / "verify.py").read_bytes() == Path(verify.__file__).read_bytes()


def test_it_is_written_for_old_pythons_and_needs_no_package() -> None:
    tree = ast.parse(Path(verify.__file__).read_text("utf-8"), feature_version=(3, 8))
    modules = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert modules <= sys.stdlib_module_names
    assert "uar" not in modules


def test_it_says_what_uar_verify_says(closed: Path, unzipped: Path) -> None:
    for path in (closed, closed / "pack.zip", unzipped):
        done = alone(unzipped / "verify.py", path)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == uar("verify", path).stdout
        assert verify.check_path(path).root in done.stdout
    assert alone(unzipped / "verify.py").stdout.startswith("Everything holds")  # where it lies


def test_it_names_the_first_broken_link(unzipped: Path) -> None:
    with (unzipped / "items.jsonl").open("ab") as file:
        file.write(b" ")
    done = alone(unzipped / "verify.py")
    assert done.returncode == 1
    assert done.stdout == "Broken: items.jsonl is not what the manifest says.\n"


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    shutil.copy(Path(verify.__file__), tmp_path / "verify.py")
    pack = tmp_path / "other.zip"
    pack.write_bytes(verify.pack({"\x1b[31m\u202eevil": b"", "ledger.jsonl": b"{}\n"}, "root"))
    done = alone(tmp_path / "verify.py", pack)
    assert done.returncode == 1 and "Broken: " in done.stdout
    assert not set(done.stdout) - set(map(chr, range(32, 127))) - {"\n"}


def test_what_is_no_pack_is_called_by_its_own_name(tmp_path: Path, unzipped: Path) -> None:
    (tmp_path / "letter.docx").write_bytes(b"Dear auditor")
    said = "Broken: letter.docx is not a pack, or its list of members has been changed.\n"
    ours = uar("verify", tmp_path / "letter.docx")
    theirs = alone(unzipped / "verify.py", tmp_path / "letter.docx")
    assert (ours.exit_code, ours.output) == (5, said)
    assert (theirs.returncode, theirs.stdout) == (1, said)


def test_called_wrongly_it_says_how(tmp_path: Path, unzipped: Path) -> None:
    for words in ((tmp_path / "nowhere",), ("a", "b"), ("--signer",), ("--signer", "nowhere")):
        done = alone(unzipped / "verify.py", *words)
        assert done.returncode == 2, words
        assert done.stdout == "" and "python3 verify.py" in done.stderr, words
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 7, 8, 9, 31])
def test_every_line_climbs_to_the_one_root(number: int) -> None:
    lines = [f"line {at}".encode() for at in range(number)]
    root, levels = verify.merkle_root(lines), verify.merkle_levels(lines)
    for at, line in enumerate(lines):
        path = verify.merkle_path(levels, at)
        assert verify.climb(line, path) == root
        assert verify.climb(line + b" ", path) != root
    for changed in (lines[:-1], lines[::-1], [*lines, lines[-1]]):
        assert changed == lines or verify.merkle_root(changed) != root
