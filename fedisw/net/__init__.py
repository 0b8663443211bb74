"""The only way out: one HTTP client with its address policy, ceilings and breakers (security section 11)."""
