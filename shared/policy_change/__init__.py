"""How a policy changes: one person proposes, another approves, and every process knows before it takes force.

All here is pure: what may be said, who may say it, which version it makes, what that changes. The shell around it is
`shared/http/policies.py`. What stands in the book never changes; a change is a new version, and so is taking it back.
"""
