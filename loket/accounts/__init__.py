"""Who works here: accounts, roles, teams, ways of logging in, the audit trail."""
