"""Feeds: the calendars of a cohort and of each person, composed, named and published."""
