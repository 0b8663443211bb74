"""Talking to other servers: what enters, what leaves, what it means."""
