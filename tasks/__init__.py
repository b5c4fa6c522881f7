"""Thin wrappers: open the office, call `ats`, return counts. Never one per e-mail."""
