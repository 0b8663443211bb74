"""Everything that answers HTTP: routes, forms, pages, the client API, ActivityPub addresses."""
