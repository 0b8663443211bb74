"""Documents at well-known addresses."""
