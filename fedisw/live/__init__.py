"""What must be known at once and may be lost: live messages between parts of a server, and rate buckets.

Whatever travels here only says "look again"; the database is the authority.
"""
