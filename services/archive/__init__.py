"""Archive keeps every topic but raw CDRs, so that any month can be counted and decided again. README.md tells more."""
