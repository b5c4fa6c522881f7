"""The demo: the sample cohort's whole year on a moving clock, with real files, mail and cases."""
