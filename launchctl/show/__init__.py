"""The show: pure decisions. No await, no I/O, no clock, no randomness.

``Engine.step(now_us, inputs)`` gives events, commands and the next deadline; the state
is the fold of the events (``State`` and ``apply``), so a journal read again is the show
again.
"""
