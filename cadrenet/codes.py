"""Codes: text that names one thing in every file and every import."""

import secrets

from django.db import models


def new_code():
    """Return a code for something that was entered on a page and has none of its own."""
    return f"x{secrets.token_hex(6)}"


class CodeField(models.CharField):
    """Text that sorts by code point on every database, so that lists and files have one order."""

    def db_parameters(self, connection):
        """Ask PostgreSQL for its "C" collation; SQLite compares bytes by itself."""
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters
