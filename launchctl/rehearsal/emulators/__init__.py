"""Emulators: far ends that speak the real protocols. For rehearsals and tests only."""
