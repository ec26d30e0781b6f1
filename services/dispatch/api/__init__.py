"""HTTP for call-centre apps and the console: thin, typed, under row-level security."""
