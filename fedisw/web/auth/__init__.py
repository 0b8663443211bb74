"""Pages to get in: sign-up, sign-in, passwords, confirmation of mail addresses (security AUT)."""
