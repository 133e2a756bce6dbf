"""Orders: what a shop says, what it adds up to, and the figures taken from it."""
