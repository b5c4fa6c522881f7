"""The `ats` command, group by group; `ats.cli` puts them together."""
