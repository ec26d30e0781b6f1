"""People's roles, and which of them work items or look over others' work. The database's policies name the same."""

REPS = ("customer_manager", "phone_manager")
"""They claim and work items of their own tier."""

OVERSEERS = ("province_admin", "city_admin", "county_supervisor", "team_leader", "auditor")
"""They see all items of their region."""

PROPOSERS = ("province_admin", "city_admin", "county_supervisor")
"""They propose changes of policy, within their region."""

APPROVERS = ("province_admin", "city_admin")
"""They approve what another person of their region or below proposed, and roll back."""

POLICY_READERS = (*PROPOSERS, "auditor", "ops")
"""They see what is in force in their region, who set it and why."""
