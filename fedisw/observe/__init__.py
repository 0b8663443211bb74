"""What an admin sees of a running server: its log, its figures, and what systemd is told."""
