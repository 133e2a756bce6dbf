"""Drivers: one small file or folder for each kind of far end."""
