"""What the nightly check looks at: leases, messages and rows, people, staff mail."""
