"""Mentors, the register, personal overlays, signed links and the audit trail."""
