"""What looks at the whole road at once: the audit, and later backtest and time machine.

The only place that imports several services' `domain/`; it imports no other room of theirs.
"""
