"""Documents of other servers to our values."""
