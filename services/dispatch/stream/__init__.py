"""Thin: facts for the card are kept, warnings and porting are decided."""
