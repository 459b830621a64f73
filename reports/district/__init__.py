"""A district as a folder of CSV files (docs/data-format.md): read, checked as a whole, and written at once."""
