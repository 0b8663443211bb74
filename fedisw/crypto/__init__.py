"""Keys, signatures, proofs, passwords and seals: values in, values out; nothing here knows a database or a server."""
