"""Background work that is not federation."""
