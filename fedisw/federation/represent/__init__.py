"""Our values as documents: the only place where they are turned into ActivityPub."""
