"""What makes a review's files: uar's own code, its templates, Python, and the libraries.

Every ledger entry holds it, so that an auditor sees what made each file, and `uar rebuild` can
tell another version from another file.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import zlib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution, version
from importlib.resources import files
from pathlib import Path
from typing import Any

from uar import __version__

PACKAGE = Path(__file__).resolve().parent
LIBRARIES = (
    "click", "cryptography", "filelock", "httpx", "jinja2", "numpy", "openpyxl", "pandas",
    "pyarrow",
)  # fmt: skip
OWN = ("commit", "code", "templates")  # what is uar's own, beside its version
BRIEF = 12  # digits that are enough to tell one from another
COMMIT = re.compile("[0-9a-f]{40,64}")


@cache
def maker() -> Mapping[str, str]:
    """`code` and `templates` as SHA-256, `commit` where it is known, `python`, `zlib`, libraries.

    The commit is what pip noted when it installed from a repository, or what a checkout is at; the
    code's digest also tells what was changed there since.
    """
    commit = _installed_from() or _checked_out(PACKAGE.parent / ".git")
    return {
        "code": _digest({p.relative_to(PACKAGE).as_posix(): p for p in PACKAGE.rglob("*.py")}),
        "templates": templates(),
        **({"commit": commit} if commit else {}),
        "python": platform.python_version(),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        **{name: version(name) for name in LIBRARIES},
    }


def own_templates() -> Path:
    """Our report_templates: in the installed package, or beside it in a checkout."""
    packed = Path(str(files("uar") / "report_templates"))
    return packed if packed.is_dir() else PACKAGE.parent / "report_templates"


def templates(before: Path | None = None) -> str:
    """SHA-256 over our templates, or over them with those of a folder that come `before` ours."""
    places = [own_templates(), *([before] if before else [])]
    return _digest({path.name: path for place in places for path in place.glob("*.html")})


def otherwise(line: Mapping[str, Any], page: bool, before: Path | None = None) -> list[str]:
    """What else than this uar made the files of a ledger entry: `zlib 1.2.13, not 1.3.1`.

    `page`: they come from templates; `before`: a folder of those that come before ours.
    """
    then, own = line.get("made_with"), line["facts"].get("templates")
    if then is None:
        return ["a uar that did not write down what it was"]
    now, found = maker(), []
    if (line["version"], then["code"]) != (__version__, now["code"]):
        found.append(f"uar {_named(line['version'], then)}, not {_named(__version__, now)}")
    used, at_hand = own or then["templates"], templates(before if own else None)
    if page and used != at_hand:
        found.append(f"templates {used[:BRIEF]}, not {at_hand[:BRIEF]}")
    found += [
        f"{name} {then.get(name, 'unknown')}, not {now.get(name, 'unknown')}"
        for name in sorted({*then, *now} - {*OWN})
        if then.get(name) != now.get(name)
    ]
    return found


def ways_back(lines: Iterable[Mapping[str, Any]]) -> list[str]:
    """What to do so that the files of these ledger entries come out as they were."""
    said: list[str] = []
    for line in lines:
        then, own = line.get("made_with", {}), line["facts"].get("templates")
        name = _named(line["version"], then) if then else line["version"]
        said.append(f"To make them again byte for byte, install uar {name}.")
        if own:
            said.append(f"With it, give --templates the folder of the templates {own[:BRIEF]}.")
    return list(dict.fromkeys(said))


def _named(number: str, made_with: Mapping[str, str]) -> str:
    """0.1.0 (commit 0123456789ab, code 0123456789ab)."""
    parts = [f"{part} {made_with[part][:BRIEF]}" for part in OWN[:2] if part in made_with]
    return f"{number} ({', '.join(parts)})"


def _digest(found: Mapping[str, Path]) -> str:
    """SHA-256 over a line for each file, in order of name, as `sha256sum` prints it."""
    lines = (
        f"{hashlib.sha256(found[name].read_bytes()).hexdigest()}  {name}\n"
        for name in sorted(found)
    )
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _installed_from() -> str:
    """The commit that pip has in direct_url.json (PEP 610); "" where it installed no commit."""
    try:
        noted = json.loads(distribution("uar").read_text("direct_url.json") or "{}")
    except PackageNotFoundError:
        return ""
    return str(noted.get("vcs_info", {}).get("commit_id", ""))


def _checked_out(git: Path) -> str:
    """What HEAD of a repository is, read from its files (gitrepository-layout); "" if unknown."""
    try:
        if git.is_file():  # a worktree of another checkout
            git = git.parent / git.read_text("utf-8").removeprefix("gitdir:").strip()
        head = (git / "HEAD").read_text("utf-8").strip()
        shared = git / "commondir"
        root = git / shared.read_text("utf-8").strip() if shared.exists() else git
        ref = head.removeprefix("ref: ")
        if ref != head:
            packed = root / "packed-refs"
            lines = packed.read_text("utf-8").splitlines() if packed.exists() else []
            known = {name: at for at, _, name in (line.partition(" ") for line in lines)}
            loose = root / ref
            head = loose.read_text("utf-8").strip() if loose.exists() else known.get(ref, "")
    except OSError:
        return ""
    return head if COMMIT.fullmatch(head) else ""
