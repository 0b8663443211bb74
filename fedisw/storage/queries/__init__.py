"""Statements and the plain functions around them, one file a noun; every function takes a Tx first."""
