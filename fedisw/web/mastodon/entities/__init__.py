"""What the client API shows, one Struct and one `*_entity()` each (mastodon-entities.md)."""
