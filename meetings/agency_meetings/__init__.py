"""Meetings of agencies: what stands in their way is told before they are saved, and listed until it is past."""
