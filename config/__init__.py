"""What staff may change without code: programmes, closures, settings and samples."""
