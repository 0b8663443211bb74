"""Text that people write and read: cleaning HTML, composing it, mentions, hashtags, names, languages, lengths."""
