"""ActivityPub documents: tolerant readers into small values, pure builders of what we send."""
