"""The arrows of the house: who may import whom, and where each outside package may appear."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "uar"

# From the bottom up. A module may import what stands on a lower line, or what shares its folder.
# A folder's name stands for everything in it.
LEVELS = (
    ("uar", "uar.errors", "uar.text", "uar.verify"),
    ("uar.toml_file", "uar.zipped", "uar.memory", "uar.processes", "uar.maker", "uar.when"),
    ("uar.tables", "uar.clock", "uar.settings"),
    ("uar.snapshot", "uar.sheet"),
    ("uar.access", "uar.services", "uar.previous", "uar.exceptions", "uar.overrides"),
    ("uar.evidence", "uar.peers", "uar.shortened", "uar.unlike"),
    (
        "uar.unmatched",
        "uar.persons",
        "uar.review",
        "uar.decisions",
        "uar.plan",
        "uar.journal",
        "uar.removals",
        "uar.tieout",
        "uar.compare",
        "uar.detections",
    ),
    ("uar.measures", "uar.redactor"),
    (
        "uar.folder",
        "uar.sources",
        "uar.workbooks",
        "uar.reports",
        "uar.exports",
        "uar.browser",
        "uar.sandbox",
        "uar.checks",
        "uar.proof",
        "uar.sample",
        "uar.twin",
        "uar.signing",
        "uar.timestamp",
        "uar.demo",
    ),
    ("uar.commands",),
    ("uar.cli",),
    ("uar.__main__",),
)
OUTSIDE = {
    "httpx": ("uar.sources", "uar.timestamp"),
    "cryptography": ("uar.signing",),
    "openpyxl": ("uar.workbooks", "uar.demo"),
    "jinja2": ("uar.reports",),
    "click": ("uar.cli", "uar.commands"),
    "filelock": ("uar.folder",),
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[str]:
    """Every imported module, also inside functions; `from uar import x` counts as uar.x."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                assert node.level == 1, f"{path}: reaches into the folder above"
                continue
            module = node.module or ""
            if module in ("uar", "uar.commands", "uar.sources", "uar.workbooks", "uar.sandbox"):
                yield from (
                    f"{module}.{alias.name}"
                    if (PACKAGE.parent / module.replace(".", "/") / f"{alias.name}.py").exists()
                    else module
                    for alias in node.names
                )
            else:
                yield module


def level(name: str) -> int:
    best = (-1, -1)  # length of the matching entry, its level
    for height, entries in enumerate(LEVELS):
        for entry in entries:
            if name == entry or (name.startswith(entry + ".") and entry != "uar"):
                best = max(best, (len(entry), height))
    assert best[1] >= 0, f"{name} has no place in LEVELS"
    return best[1]


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_imports_point_downwards(path: Path) -> None:
    own = name_of(path)
    for imported in imports(path):
        if imported.split(".")[0] != "uar":
            continue
        together = imported.split(".")[:2] == own.split(".")[:2] and own.count(".") > 0
        assert together or level(imported) < level(own), f"{own} imports {imported}"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_outside_packages_stay_at_their_edge(path: Path) -> None:
    own = name_of(path)
    for imported in imports(path):
        rooms = OUTSIDE.get(imported.split(".")[0])
        if rooms is not None:
            assert any(own == room or own.startswith(room + ".") for room in rooms), (
                f"{own} imports {imported}, which belongs in {', '.join(rooms)}"
            )


def test_no_module_is_called_for_nothing() -> None:
    vague = {"utils", "util", "helpers", "common", "core", "manager", "misc"}
    assert not [path for path in modules() if path.stem.strip("_") in vague]


def test_nothing_names_a_machine() -> None:
    words = ("/wo" + "rk/", ".libr" + "ary", "index" + "-url", "/tmp/" + "dev")
    tracked = [*PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py"), ROOT / "README.md"]
    for path in tracked:
        text = path.read_text("utf-8")
        assert not [word for word in words if word in text], path
