"""Work that processes beside this one do, with all cores, in the order in which it is asked for."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

WORTH = 24  # files from which starting processes pays
MOST = 4  # processes; this one, which writes, keeps no more busy
AHEAD = 12  # files on their way to each of them

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


@contextmanager
def ahead(
    work: Callable[[Asked], Answer], asked: Iterable[Asked], count: int
) -> Iterator[Iterator[tuple[Asked, Answer | None]]]:
    """What is asked, `count` files, with the answers of other processes, where there are any.

    `work` is done there with what this process knows now. It may not use Arrow, whose threads are
    not there.
    """
    cores = min(os.cpu_count() or 1, MOST)
    if count < WORTH or cores < 2 or sys.platform != "linux":
        # Elsewhere a process starts empty: filling it takes longer than the work.
        yield ((one, None) for one in asked)
        return
    _WORK[:] = [work]
    pool = ProcessPoolExecutor(cores, multiprocessing.get_context("fork"), _start)
    try:
        yield _through(pool, asked, AHEAD * cores)
    finally:
        pool.shutdown(cancel_futures=True)
        _WORK.clear()


# What a process finds when it is forked: nothing has to be sent there.
_WORK: list[Callable[[Any], Any]] = []


def _start() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that writes
    gc.freeze()


def _answer(one: Any) -> Any:
    return _WORK[0](one)


def _through(
    pool: ProcessPoolExecutor, asked: Iterable[Asked], most: int
) -> Iterator[tuple[Asked, Any]]:
    """In order, with at most so many on their way."""
    waiting: deque[tuple[Asked, Future[Any]]] = deque()
    for one in asked:
        with warnings.catch_warnings():
            # The processes only handle XML and texts: no thread of this one is missed there.
            warnings.filterwarnings("ignore", ".*fork.*", DeprecationWarning)
            waiting.append((one, pool.submit(_answer, one)))
        if len(waiting) >= most:
            first, future = waiting.popleft()
            yield first, future.result()
    for first, future in waiting:
        yield first, future.result()
