"""One file per contender: a process that prepares, says so, waits for the word and works."""
