"""Does a test notice when a condition of a detection is changed? Prints what none noticed.

    python -m tests.benchmarks.mutations [ID|_MODULE...]     such as ENT-05 GRP _gone; without: all

Every module of uar/detections is changed, one place at a time: each comparison (also .eq, .gt,
.isin, .isna and the like), `and`, `or`, `&`, `|`, `~`, `not`, .any and .all is turned; each .mask
and .where is dropped; the True and False of a .fillna are exchanged; each number of a constant, a
comparison, a computation or a time becomes one more and one less (a share: a hundredth). Words are
not changed, nor are numbers that only shape a table. A change is caught where an answer or a
finding of the detection's examples differs or never comes, or where one of the tests beside them
that name the detection fails; a change of a module that detections share (_gone), where that is so
for one of these. EQUAL lists those that change nothing, each with its reason.

    N changes: E caught by examples, T by other tests, S the same by construction, survivors: ...

The exit code is 1 where one survived.
"""

from __future__ import annotations

import ast
import contextlib
import io
import signal
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import uar.detections
from tests.detections.examples import Example, examples
from uar.detections import Detection, Facts, modules, run
from uar.snapshot import to_lines

TURNED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE,
    ast.LtE: ast.Gt, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
# At the border the two differ too: a day more or less is a number, but "as old as" is not.
AT_BORDER: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
}  # fmt: skip
METHODS = {
    "eq": "ne", "ne": "eq", "gt": "le", "le": "gt", "lt": "ge", "ge": "lt",
    "isna": "notna", "notna": "isna", "any": "all", "all": "any",
}  # fmt: skip
DROPPED = ("mask", "where")
PACKAGE = Path(uar.detections.__file__).parent
# The contract judges the examples; the stories run whole commands, which takes too long here.
EXAMPLES_TAKE, TESTS_TAKE = 20, 300  # seconds, far more than they do; then a change never ends
LEFT_OUT = ("test_contract.py", "test_stories.py")
TESTS = Path(__file__).parents[1] / "detections"
# (file, line as written, what was changed): why it is the same all the same.
EQUAL: dict[tuple[str, str, str], str] = {
    (
        "_outside.py",
        'return (~ours).astype("boolean").mask(~is_email(emails).fillna(False))',
        ".fillna(False) exchanged",
    ): "of an address that is unknown the domain is unknown too, and so is whose it is",
    (
        "_grants.py",
        'marks = positions(facts.accounts["account_id"], ids) >= 0',
        "0 one less",
    ): "it saves looking at what others hold; whoever asks looks up only the accounts it gave",
    (
        "lif_09_moved.py",
        "told = hit.fillna(False).astype(bool)",
        ".fillna(False) exchanged",
    ): "it saves naming what others hold; only what hits hold is shown",
    (
        "grp_06_alike.py",
        'alone = found["members"].eq(1).fillna(False) & ids.isin(facts.doors)',
        ".fillna(False) exchanged",
    ): "where the number of members is unknown, the hit is unknown whatever is said",
    (
        "_unused.py",
        "silent = older if long_enough(facts) else older.mask(older.fillna(True))",
        ".fillna(True) exchanged",
    ): "what is unknown stays unknown, masked or not",
    (
        "ent_13_exempt.py",
        'ruled = np.append(things["membership"].eq("dynamic").fillna(False).to_numpy(bool), False)'
        "[at]",
        ".fillna(False) exchanged",
    ): "what is unknown goes before what is found",
    ("ent_12_much.py", "inside = codes >= 0", "0 one less"): "nobody is asked about no place",
    **{
        (
            "_paths.py",
            "stranger = np.flatnonzero(holder < 0)  # one that the snapshot does not have is told"
            " by its id",
            change,
        ): "the first account would get another number of its own"
        for change in ("Lt moved by the border", "0 one more")
    },
    (
        "_paths.py",
        'opening = opening[wanted[opening["end"]] & (opening["thing"] >= 0)]',
        "0 one less",
    ): "what holds a group that is in no list is told of no other",
    **{
        (
            "dup_05_two_users.py",
            'several = users[users["surely"] & users["person_id"].isin(people.index['
            'people["surely"] > 1])]',
            change,
        ): "it saves naming the users of those who have one"
        for change in ("Gt moved by the border", "1 one less")
    },
    **{
        (file, hit, change): "groups with none are left out before; unknown numbers stay unknown"
        for file, hit in (
            ("grp_02_opens_nothing.py", 'hit=(found["members"] > 0) & (found["opened"] == 0),'),
            ("grp_03_no_members.py", 'hit=(found["members"] == 0) & (found["opened"] > 0),'),
        )
        for change in ("Gt moved by the border", "0 one less")
    },
}

Change = Callable[[Any], str]


@dataclass(frozen=True)
class Mutant:
    file: str
    line: int
    text: str  # the line as written
    says: str
    tree: ast.Module


def mutants(path: Path) -> Iterator[Mutant]:
    source = path.read_text("utf-8")
    tree = ast.parse(source)
    lines = source.splitlines()
    limits = {one for node in ast.walk(tree) for one in _limits(node)}
    for place, node in enumerate(ast.walk(tree)):
        changes = list(_changes(node))
        if node in limits:
            changes += [_more, _less]
        for change in changes:
            copy = deepcopy(tree)
            says = change(list(ast.walk(copy))[place])
            line = getattr(node, "lineno", 0)
            text = lines[line - 1].strip()
            yield Mutant(path.name, line, text, says, ast.fix_missing_locations(copy))


def _changes(node: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in TURNED:
        yield _turn_compare
        if type(node.ops[0]) in AT_BORDER:
            yield _move_border
    if isinstance(node, ast.BoolOp | ast.BinOp | ast.AugAssign) and type(node.op) in TURNED:
        yield _turn_operator
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert | ast.Not):
        yield _drop_not
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in METHODS:
            yield _turn_method
        if node.func.attr == "isin":
            yield _deny
        if node.func.attr in DROPPED:
            yield _drop_method
        if node.func.attr == "fillna" and _is_flag(node.args[0]):
            yield _exchange


def _limits(node: ast.AST) -> Iterator[ast.Constant]:
    """The numbers that decide: those of a constant, a comparison, a computation or a time."""
    parts: list[ast.expr | None] = []
    if isinstance(node, ast.Assign | ast.AnnAssign):
        parts = [node.value]
    elif isinstance(node, ast.Compare):
        parts = [node.left, *node.comparators]
    elif isinstance(node, ast.BinOp):
        parts = [node.left, node.right]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "Timedelta":
            parts = [one.value for one in node.keywords]
        elif node.func.attr in METHODS:
            parts = [*node.args]
    for part in parts:
        if isinstance(part, ast.Constant) and type(part.value) in (int, float):
            yield part


def _is_flag(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, bool)


def _turn_compare(node: Any) -> str:
    before = type(node.ops[0])
    node.ops[0] = TURNED[before]()
    return f"{before.__name__} turned"


def _move_border(node: Any) -> str:
    before = type(node.ops[0])
    node.ops[0] = AT_BORDER[before]()
    return f"{before.__name__} moved by the border"


def _turn_operator(node: Any) -> str:
    before = type(node.op)
    node.op = TURNED[before]()
    return f"{before.__name__} turned"


def _drop_not(node: Any) -> str:
    word = "not" if isinstance(node.op, ast.Not) else "~"
    again = ast.UnaryOp(type(node.op)(), node.operand)  # twice is never
    node.operand = again
    return f"{word} dropped"


def _turn_method(node: Any) -> str:
    before = node.func.attr
    node.func.attr = METHODS[before]
    return f".{before} turned"


def _deny(node: Any) -> str:
    # x.isin(y) -> x.isin(y).__invert__()
    inner = ast.Call(node.func, node.args, node.keywords)
    node.func, node.args, node.keywords = ast.Attribute(inner, "__invert__", ast.Load()), [], []
    return ".isin turned"


def _drop_method(node: Any) -> str:
    before = node.func.attr
    node.func.attr, node.args, node.keywords = "copy", [], []
    return f".{before} dropped"


def _exchange(node: Any) -> str:
    before = node.args[0].value
    node.args[0].value = not before
    return f".fillna({before}) exchanged"


def _more(node: Any) -> str:
    before = node.value
    node.value = before + (1 if isinstance(before, int) else 0.01)
    return f"{before} one more"


def _less(node: Any) -> str:
    before = node.value
    node.value = before - (1 if isinstance(before, int) else 0.01)
    return f"{before} one less"


class Judge:
    """What the detections say of their examples as they are, and whether a change is noticed."""

    def __init__(self) -> None:
        self.given = examples()
        self.modules = modules()
        self.worlds: dict[Any, Facts] = {}
        self.expected = {
            id_: list(self._answers(module.DETECTION, self.given[id_]))
            for id_, module in self.modules.items()
        }
        self.sources = {path: path.read_text("utf-8") for path in sorted(PACKAGE.glob("*.py"))}

    def dependents(self, file: str) -> list[str]:
        """The files that import what is shared in a module, each after those it imports itself."""
        name = f"uar.detections.{file.removesuffix('.py')} import"
        found: list[str] = []
        for path, source in self.sources.items():
            if name in source:
                found = [one for one in found if one != path.name]
                found.append(path.name)
                further = self.dependents(path.name)
                found = [one for one in found if one not in further] + further
        return found

    def twins(self, mutant: Mutant) -> dict[str, Detection]:
        """The detections that a change touches, by id, made with it."""
        made: dict[str, ModuleType] = {}
        kept = {}
        touched = [mutant.file, *self.dependents(mutant.file)]
        try:
            for file in touched:
                path = PACKAGE / file
                name = f"uar.detections.{path.stem}"
                own = file == mutant.file
                tree = mutant.tree if own else ast.parse(self.sources[path])
                twin = ModuleType(name)
                kept[name] = sys.modules[name]
                sys.modules[name] = twin
                exec(compile(tree, str(path), "exec"), twin.__dict__)  # noqa: S102 - our own code
                made[file] = twin
        finally:
            sys.modules.update(kept)
        twins = [twin.DETECTION for twin in made.values() if hasattr(twin, "DETECTION")]
        return {twin.id: twin for twin in twins}

    def by_examples(self, twins: dict[str, Detection]) -> bool:
        return any(self._differs(id_, twin) for id_, twin in twins.items())

    def by_tests(self, twins: dict[str, Detection]) -> bool:
        """Does a test fail that names one of the detections?"""
        before = {id_: self.modules[id_].DETECTION for id_ in twins}
        try:
            for id_, twin in twins.items():
                self.modules[id_].DETECTION = twin
            return any(_fails(files) for files in _tests(list(twins)))
        finally:
            for id_, detection in before.items():
                self.modules[id_].DETECTION = detection

    def _differs(self, id_: str, twin: Detection) -> bool:
        answers = zip(self._answers(twin, self.given[id_]), self.expected[id_], strict=True)
        try:
            with _at_most(EXAMPLES_TAKE):
                return any(now != before for now, before in answers)
        except Exception:
            return True

    def _answers(self, detection: Detection, example: Example) -> Iterator[Any]:
        """What a detection says of its examples' worlds: everything that a test could look at."""
        cases = [case for case in (example.found, example.fine, example.untold) if case]
        for make in dict.fromkeys(case.world for case in cases):
            if make not in self.worlds:
                self.worlds[make] = make()
            world = self.worlds[make]
            judged = detection.judge(world)
            told = detection.tell(world, judged).set_index("subject")
            hits = told["hit"].astype("boolean").astype("string").fillna("?")
            findings, _ = run(world, [replace(detection, judge=lambda _, said=judged: said)])
            yield sorted(hits.items()), to_lines(findings)


def _tests(ids: list[str]) -> Iterator[list[str]]:
    """The tests that name one of the detections; then the whole files that do."""
    files, functions = [], []
    for path in sorted(TESTS.glob("test_*.py")):
        source = path.read_text("utf-8")
        if path.name in LEFT_OUT or not any(id_ in source for id_ in ids):
            continue
        files.append(str(path))
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                segment = ast.get_source_segment(source, node) or ""
                decorators = " ".join(ast.unparse(one) for one in node.decorator_list)
                if any(id_ in segment + decorators for id_ in ids):
                    functions.append(f"{path}::{node.name}")
    yield from (tests for tests in (functions, files) if tests)


def _fails(tests: list[str]) -> bool:
    quiet = io.StringIO()
    with (
        contextlib.redirect_stdout(quiet),
        contextlib.redirect_stderr(quiet),
        tempfile.TemporaryDirectory() as passing,
    ):
        options = ["-x", "-q", "-p", "no:cacheprovider", "-o", "addopts=", "--basetemp", passing]
        with _at_most(TESTS_TAKE):
            code = pytest.main([*options, *tests])
    if code not in (0, 1):
        raise SystemExit(quiet.getvalue())
    return code == 1


@contextlib.contextmanager
def _at_most(seconds: int) -> Iterator[None]:
    """What is still running then fails: a change may keep a loop from ending."""

    def stop(*_: object) -> None:
        raise TimeoutError(f"not done after {seconds} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def main(*asked: str) -> None:
    warnings.simplefilter("error")
    judge = Judge()
    counts = {"examples": 0, "tests": 0, "equal": 0}
    survivors = []
    for path in judge.sources:
        if path.name in ("__init__.py", "_elsewhere.py"):
            continue
        name = path.stem if path.stem.startswith("_") else path.stem[:6].upper().replace("_", "-")
        if asked and not name.startswith(asked):
            continue
        for mutant in mutants(path):
            try:
                twins = judge.twins(mutant)
            except TypeError:  # | of two dictionaries is no condition: & cannot even be imported
                continue
            if (mutant.file, mutant.text, mutant.says) in EQUAL:
                counts["equal"] += 1
            elif judge.by_examples(twins):
                counts["examples"] += 1
            elif judge.by_tests(twins):
                counts["tests"] += 1
            else:
                survivors.append(mutant)
                print(f"{mutant.file}:{mutant.line}: {mutant.says}: {mutant.text}", flush=True)
    made = sum(counts.values()) + len(survivors)
    print(
        f"{made:,} changes: {counts['examples']:,} caught by examples, {counts['tests']:,} by other"
        f" tests, {counts['equal']:,} the same by construction, survivors: {len(survivors):,}"
    )
    sys.exit(1 if survivors else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
