"""Rehearsal: the show with another clock and other far ends."""
