"""Reports: from the journal, what ran."""
