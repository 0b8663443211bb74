"""Measurements: how fast the server is on this machine, compared with goals that are scaled by floors of the same run."""
