"""What people may call for, and what it does (SEMANTICS 8)."""
