"""Quarterly user access reviews for JumpCloud: sync, review, remove, prove."""

__version__ = "0.1.0"
