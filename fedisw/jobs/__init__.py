"""Work after the commit: kinds of jobs, the worker that runs them, what runs regularly."""
