"""The client API that Mastodon's apps speak: one file for each page of methods, entities below `entities`."""
