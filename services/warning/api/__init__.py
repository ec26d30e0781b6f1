"""HTTP for supervisors and admins."""
