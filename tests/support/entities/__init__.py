"""The entities of the client API as mastodon-entities.md describes them, read from that document, and who keeps to them."""
