"""Consent, tokens and their end (security OAU)."""
