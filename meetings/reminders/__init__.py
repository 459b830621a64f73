"""Who missed two meetings in a row, of whom nothing is recorded for two months, and who reminded them."""
