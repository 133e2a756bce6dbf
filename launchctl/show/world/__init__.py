"""What was seen of the world, and what it changes (SEMANTICS 5 and 6)."""
