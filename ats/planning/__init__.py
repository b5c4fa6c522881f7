"""Compute what falls due from programme, cohort, people and now; pure."""
