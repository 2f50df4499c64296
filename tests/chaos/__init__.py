"""Three nodes on one PostgreSQL, people at work, and the power that goes: nothing acknowledged is ever lost."""
