"""What a cue does once it fires: commands and answers, films, questions, procedures."""
