"""A whole review against an emulated tenant, told step by step, with simulated reviewers."""
