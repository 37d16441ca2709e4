"""How much room a step takes beside what it keeps."""

from __future__ import annotations

import ctypes

import pyarrow as pa

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8  # as malloc.h of glibc has them
LARGE = 128 * 1024  # bytes; where glibc begins, before it learns to keep ever larger pieces


def be_frugal(large: int = LARGE) -> None:
    """Give back what was used. Answers come in threads and go as fast. glibc would keep a heap for
    each thread, and what large pieces leave behind, Arrow's own allocator what it once had: a third
    of what a large tenant takes. Elsewhere than with glibc nothing is done to threads' heaps.

    `large`: bytes from which a piece is given back at once, which costs time for each.
    """
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # not glibc; no such library; Windows
        return
    mallopt(M_ARENA_MAX, 1)
    mallopt(M_MMAP_THRESHOLD, large)
