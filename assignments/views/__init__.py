"""Pages about who answers for where, by noun."""
