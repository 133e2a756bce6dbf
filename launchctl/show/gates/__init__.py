"""What stands before a cue, written or not: gates, embargoes, approvals, figures."""
