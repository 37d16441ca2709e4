"""Where an organisation to serve comes from: the samples, the generator, or a file."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

from uar.errors import SetupError, TableError

from .wire import Row


def sample() -> Path:
    """The hand-written organisation: packed in the wheel, beside the package in a checkout."""
    packed = Path(str(files("uar") / "samples" / "organisation.json"))
    beside = Path(__file__).resolve().parents[2] / "samples" / "organisation.json"
    return packed if packed.is_file() else beside


def load(path: Path) -> Row:
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SetupError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise TableError(f"{path} is not JSON: {error}.") from error
    if not isinstance(state, dict) or not isinstance(state.get("organization"), dict):
        raise TableError(f"{path} is not an organisation: it has no object named organization.")
    return state


def organisation(size: str = "demo", seed: int = 1, path: Path | None = None) -> Row:
    """The state to serve: of a file, of the sample (`demo`), or generated."""
    if path is not None:
        return load(path)
    if size == "demo":
        return load(sample())
    from .generate import organisation as generated

    return generated(size, seed)


MTP_KEY = "jca_multi_tenant_sandbox_000000000000"


def with_multi_tenant_key(state: Row) -> str:
    """Adds a key of the organisation's reader that manages several organisations; returns it."""
    (reader, *_) = (entry["admin"] for entry in state["keys"] if "admin" in entry)
    state["keys"].append({"key": MTP_KEY, "admin": reader, "multiTenant": True})
    return MTP_KEY
