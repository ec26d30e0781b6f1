"""The simulated operator: a base of subscribers, their days, and the truth of who was made to leave and why.

Everything follows from a seed, so that a run can be had again; luck is drawn by name, never in sequence, so that one
more draw somewhere changes nothing elsewhere. No personal data: names and numbers are invented.
"""
