"""What other servers did: one handler for each kind of activity."""
