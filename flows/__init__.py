"""Order and schedule: one file per job that operations staff would name. `python -m flows`."""
