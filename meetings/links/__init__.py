"""Personal links to the two buttons of one cadre at one meeting: made, opened, answered, revoked."""
