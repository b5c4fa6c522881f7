"""What the dashboard tells operations staff: pages, run names, counts. Refs only, no names."""
