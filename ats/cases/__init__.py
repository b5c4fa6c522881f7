"""Open cases for operations, find their owners and record decisions."""
