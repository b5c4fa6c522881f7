"""What a tick costs, and a year: without a mail server, for that is measured beside."""
