"""Intake is where the road begins: foreign records and HTTP in, typed facts out.

docs/services/intake.md tells the whole of it.
"""
