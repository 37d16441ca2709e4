"""For each detection somebody it finds, somebody who is fine and somebody it cannot tell about.

Every family has a module here with EXAMPLES; the contract fails for a detection without one.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from uar.detections import Facts

World = Callable[[], Facts]  # made anew for each test


@dataclass(frozen=True)
class Case:
    """A world, and one subject in it, without `jumpcloud:`."""

    world: World
    subject: str


@dataclass(frozen=True)
class Example:
    """`untold` is missing only where every fact it reads is always known; `because` says why."""

    found: Case
    fine: Case
    untold: Case | None
    because: str = ""


def of(world: World, found: str, fine: str, untold: str) -> Example:
    """All three in one world."""
    return Example(Case(world, found), Case(world, fine), Case(world, untold))


def always_told(world: World, found: str, fine: str, because: str) -> Example:
    """A detection that is never in doubt."""
    return Example(Case(world, found), Case(world, fine), None, because)


def examples() -> dict[str, Example]:
    """By the detection's id."""
    found: dict[str, Example] = {}
    for module in pkgutil.iter_modules(__path__):
        own = importlib.import_module(f"{__name__}.{module.name}").EXAMPLES
        assert not set(own) & set(found), "two examples for one detection"
        found |= own
    return found
