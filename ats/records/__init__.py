"""Keep what fell due, to whom it went and who decided, in one database."""
