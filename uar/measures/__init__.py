"""Numbers beside the tie-out, each computed once: dates, quality, eligibility, controls.

Pure functions of a review; what a report, an export or a command shows of them is not decided here.
"""
