"""Rules that analysts write as policy, without code: a condition in CEL over documented features.

What is remembered of a subscription (`journal.py`), what may be asked of it (`groups/`, one file each), how a condition
is read (`grammar.py`) and asked (`condition.py`), what an analyst says (`definition.py`), how it becomes a rule
(`rules.py`).
"""
