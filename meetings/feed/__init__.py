"""Somebody's meetings in the calendar of a telephone: the link, and what is read under it."""
