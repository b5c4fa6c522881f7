"""The domain: what a cohort's year asks for, and how it reaches people."""
