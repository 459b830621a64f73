"""Recording without a network: what a phone keeps, what it sends later, and what the server answers to each entry."""
