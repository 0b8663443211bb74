"""ActivityPub over HTTP: actors, posts, activities and lists for other servers, and the inboxes."""
