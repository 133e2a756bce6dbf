"""The conductor: the async shell around the pure show."""
