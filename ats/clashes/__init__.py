"""Clashes: dates of a cohort that stand in each other's way, each with a proposal.

*Red* ones stop a step and with it the going live; *amber* ones only warn. Everything here is pure:
a `Year` in, findings out.
"""

from ats.clashes.check import check, clashes, detect
from ats.clashes.findings import Finding
from ats.clashes.year import Neighbour, Year, year_of

__all__ = ["Finding", "Neighbour", "Year", "check", "clashes", "detect", "year_of"]
