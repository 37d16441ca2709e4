"""From a snapshot, its persons and its findings to items: what is reviewed, and who decides.

routing     who decides an item, and why nobody else
items       one row per grant, with everything a reviewer is shown
campaign    what the review as a whole says of itself
"""
