"""Intake is where the road begins: foreign records and HTTP in, typed facts out. README.md tells the whole of it."""
