"""The only place that opens files people sent (security MED-1 to MED-11); decoding happens in a child process."""
