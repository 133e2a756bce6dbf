"""The store: all that the processes of a run share."""
