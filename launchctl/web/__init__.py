"""Pages, hooks and the feed: the front."""
