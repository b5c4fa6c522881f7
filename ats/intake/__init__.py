"""Read rosters and progress exports: preflight, apply, undo."""
