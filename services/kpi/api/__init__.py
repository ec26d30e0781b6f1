"""HTTP for supervisors, admins and finance."""
