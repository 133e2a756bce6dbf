"""Trouble for rehearsals: what goes wrong beside a show, by a plan or by chance."""
