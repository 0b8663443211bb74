"""Values and rules of the field: no I/O, no clock, nothing but the standard library."""
