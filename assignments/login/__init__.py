"""Signing in: passwords, the second step, and when a session ends."""
