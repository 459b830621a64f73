"""The programme of a meeting: what people say about it beforehand or there, and whether that was taken up."""
