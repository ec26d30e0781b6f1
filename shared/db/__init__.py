"""PostgreSQL, the place of truth: engines, the tables that every service has, and the two clocks."""
