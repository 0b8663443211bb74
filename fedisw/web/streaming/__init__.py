"""Streams of the client API: what happens, as it happens, over server-sent events and WebSocket (mastodon-api.md, section 5)."""
