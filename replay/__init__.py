"""What looks at the whole road at once: the audit, the trial on the past, and later the time machine.

The only place that imports several services' `domain/`; it imports no other room of theirs.
"""
