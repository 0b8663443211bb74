"""The pages on which people settle their own account: profile, sign-in, devices, apps, and what else has a place there."""
