"""Patterns of regular meetings, and the meetings that are planned from them."""
