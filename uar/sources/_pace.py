"""How many requests may be in flight: ever more while the server is happy, half of it when not."""

from __future__ import annotations

import threading
import time

START = 4
LEAST = 2  # so that one request that hangs or waits does not stop the rest


class Pace:
    """Moved by answers from one thread and by trouble from any. Never above `ceiling`."""

    def __init__(self, ceiling: int) -> None:
        self.ceiling = ceiling
        self.allowed = min(START, ceiling)
        self.most = 0  # requests that were in flight at once
        self.halvings = 0
        self.retries = 0
        self._answered = 0
        self._halved_at = float("-inf")
        self._lock = threading.Lock()

    def running(self, requests: int) -> None:
        self.most = max(self.most, requests)

    def answered(self) -> None:
        """One more with every answer until the first trouble, then with every round of answers."""
        with self._lock:
            self._answered += 1
            if not self.halvings or self._answered >= self.allowed:
                self.allowed = min(self.allowed + 1, self.ceiling)
                self._answered = 0

    def troubled(self, sent: float) -> None:
        """A try got 429, 5xx or no answer. What was sent before the last halving tells no news."""
        with self._lock:
            self.retries += 1
            if sent > self._halved_at:
                self.allowed = max(self.allowed // 2, min(LEAST, self.ceiling))
                self.halvings += 1
                self._answered = 0
                self._halved_at = time.monotonic()
