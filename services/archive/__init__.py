"""Archive keeps every topic but raw CDRs, so that any month can be counted and decided again.

docs/services/archive.md tells more.
"""
