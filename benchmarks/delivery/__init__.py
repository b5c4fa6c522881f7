"""What it costs to send, and to take from the outbox, send and record, beside what others do.

`make bench-delivery` runs everything; `python -m benchmarks.delivery --help` says what can be
left out. All servers are on the loopback and end with the run.
"""
