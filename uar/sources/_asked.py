"""One request of a reading, in the form in which it is sent, kept and found again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode


@dataclass(frozen=True)
class Asked:
    """`params` of a GET, or the `body` of a POST that only reads (Directory Insights)."""

    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None

    @property
    def method(self) -> str:
        return "GET" if self.body is None else "POST"

    @property
    def query(self) -> str:
        """What tells it apart from the other requests of its path."""
        if self.body is None:
            return urlencode(self.params)
        return json.dumps(self.body, separators=(",", ":"), sort_keys=True)
