"""Webinars of a cohort: what they are, what changes about them, and whom that concerns."""
