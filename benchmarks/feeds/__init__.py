"""What feeds cost: a hundred calendars that poll one process (`make bench-feeds`)."""
