"""Guidance that is passed on at meetings: what there is, where it has been passed on, and where not yet."""
