"""Does a test notice when a condition of a detection is turned? Prints those that none noticed.

    python -m tests.benchmarks.mutations [ID...]      such as ENT-05 GRP; without: all of them

Each comparison (its first operator; also .eq, .ne, .gt, .isna and .notna), `and`, `or`, `&`, `|`,
`~`, `not` and .mask of a detection's own module is changed, one at a time, and its examples are
judged again. Numbers, words and what modules share (those that begin with _) are not changed. A
change is noticed where an answer of the examples' worlds or a finding differs, or where it raises.
What examples do not notice may still be by other tests.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.detections.examples import Example, examples
from uar.detections import Facts, modules, run
from uar.snapshot import to_lines

TURNED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE,
    ast.LtE: ast.Gt, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
METHODS = {"eq": "ne", "ne": "eq", "gt": "le", "le": "gt", "isna": "notna", "notna": "isna"}


def mutants(tree: ast.Module) -> Iterator[tuple[int, str, ast.Module]]:
    """(line, what was changed, the module with it) for each change there is."""
    for place, node in enumerate(ast.walk(tree)):
        for change in _changes(node):
            copy = deepcopy(tree)
            twin = list(ast.walk(copy))[place]
            says = change(twin)
            yield getattr(node, "lineno", 0), says, ast.fix_missing_locations(copy)


def _changes(node: ast.AST) -> Iterator[Any]:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in TURNED:
        yield _turn_compare
    if isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in TURNED:
        yield _turn_operator
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert | ast.Not):
        yield _drop_not
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in METHODS:
            yield _turn_method
        if node.func.attr == "mask":
            yield _drop_mask


def _turn_compare(node: Any) -> str:
    before = type(node.ops[0])
    node.ops[0] = TURNED[before]()
    return f"{before.__name__} turned"


def _turn_operator(node: Any) -> str:
    before = type(node.op)
    node.op = TURNED[before]()
    return f"{before.__name__} turned"


def _drop_not(node: Any) -> str:
    node.op = ast.UAdd() if isinstance(node.op, ast.Invert) else ast.Not()
    if isinstance(node.op, ast.Not):
        node.operand = ast.UnaryOp(ast.Not(), node.operand)
    else:  # a no-op that booleans allow
        call = ast.Call(ast.Attribute(node.operand, "__or__", ast.Load()), [node.operand], [])
        node.op, node.operand = ast.Invert(), ast.UnaryOp(ast.Invert(), call)
    return "not dropped"


def _turn_method(node: Any) -> str:
    before = node.func.attr
    node.func.attr = METHODS[before]
    return f".{before} turned"


def _drop_mask(node: Any) -> str:
    node.func.attr, node.args, node.keywords = "copy", [], []
    return ".mask dropped"


def answer(module: ModuleType, example: Example, worlds: dict[Any, Facts]) -> list[Any]:
    """What the detection says of its examples: everything that a test could look at."""
    said: list[Any] = []
    for case in (example.found, example.fine, example.untold):
        if case is None:
            continue
        world = worlds.setdefault(case.world, case.world())
        judged = module.DETECTION.judge(world)
        hits = judged.set_index("subject")["hit"].astype("boolean").astype("string").fillna("?")
        said += [sorted(hits.items()), to_lines(run(world, [module.DETECTION])[0])]
    return said


def main(*asked: str) -> None:
    given = examples()
    made = noticed = 0
    for id_, module in modules().items():
        if id_ not in given or (asked and not id_.startswith(asked)):
            continue
        worlds: dict[Any, Facts] = {}
        expected = answer(module, given[id_], worlds)
        path = Path(module.__file__ or "")
        for line, says, tree in mutants(ast.parse(path.read_text("utf-8"))):
            made += 1
            twin = ModuleType(module.__name__)
            try:
                exec(compile(tree, str(path), "exec"), twin.__dict__)  # noqa: S102 - our own code
                same = answer(twin, given[id_], worlds) == expected
            except Exception:
                same = False
            noticed += not same
            if same:
                print(f"{path.name}:{line}: {says}, and no example noticed")
    print(f"{noticed:,} of {made:,} changes noticed by the examples")


if __name__ == "__main__":
    main(*sys.argv[1:])
