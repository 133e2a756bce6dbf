"""A cue's way to its firing: triggers, standby, late, waiting (SEMANTICS 3 to 5)."""
