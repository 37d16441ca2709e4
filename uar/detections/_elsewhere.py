"""What the catalogue asks about the review itself, and which command sees to it."""

from __future__ import annotations

ELSEWHERE = {
    "PRC-01": ("Somebody would review themselves", "uar open: never routed so"),
    "PRC-02": ("A reviewer is inactive, external or no person", "uar open: refused as a reviewer"),
    "PRC-03": ("A reviewer can grant what they review", "uar report: who decided"),
    "PRC-04": ("An item has no reviewer", "uar open: an error, nothing is opened"),
    "PRC-05": ("No decision at the end", "uar status, uar close: counted as not reviewed"),
    "PRC-06": ("A reason is missing", "uar ingest: named in the receipt"),
    "PRC-07": ("A row altered, unknown or of another file", "uar ingest: the file is refused"),
    "PRC-08": ("The snapshot is incomplete", "uar sync: an error; gaps stand in every report"),
    "PRC-09": ("Answered or removed too late", "uar report: timing"),
    "PRC-10": ("Kept without looking", "uar report: a prompt for a second look"),
    "PRC-11": ("Kept against a severe finding, without reason", "uar ingest: refused"),
    "PRC-12": ("Revoked and still there", "uar apply --verify; ENT-09 in the next review"),
    "PRC-13": ("Removed later than the target", "uar report: timing"),
    "PRC-14": ("Reassigned late", "uar report: reassignments"),
}
