"""Who may come through which door. A route that is not here fails the build (ASVS 8.2.1).

ANYONE: no account needed (links and ids are checked by the page itself). Else: the roles that may come in;
everybody else is led to sign-in, or told that the page is not open to them.
"""

from __future__ import annotations

ANYONE = frozenset({"anyone"})
PLANNER = frozenset({"planner"})
GOVERNMENT = frozenset({"government"})
COMMITTEE = frozenset({"committee"})
ADMINISTRATOR = frozenset({"administrator"})
OFFICIALS = PLANNER | GOVERNMENT
EVERYONE_WITH_ACCOUNT = OFFICIALS | COMMITTEE | ADMINISTRATOR

MATRIX: dict[tuple[str, str], frozenset[str]] = {
    # the front door
    ("GET", "/"): ANYONE,
    ("GET", "/health/live"): ANYONE,
    ("GET", "/health/ready"): ANYONE,
    ("GET", "/static/{file_path:path}"): ANYONE,
    ("GET", "/{lang:str}/accessibility"): ANYONE,
    ("GET", "/{lang:str}/sign-in"): ANYONE,
    ("POST", "/{lang:str}/sign-in"): ANYONE,
    ("GET", "/{lang:str}/sign-in/{token:str}"): ANYONE,
    ("POST", "/{lang:str}/sign-in/{token:str}"): ANYONE,
    ("POST", "/{lang:str}/sign-out"): ANYONE,
    # the committee
    ("GET", "/{lang:str}/summary/{summary_id:str}"): OFFICIALS | COMMITTEE,
    ("GET", "/{lang:str}/summary/{summary_id:str}/treatment"): COMMITTEE,
    ("POST", "/{lang:str}/summary/{summary_id:str}/treatment"): COMMITTEE,
    ("GET", "/{lang:str}/session/{wait_id:str}"): PLANNER,
    ("POST", "/{lang:str}/session/{wait_id:str}"): PLANNER,
    # the demonstration; 404 elsewhere
    ("GET", "/{lang:str}/postbox"): ANYONE,
    ("GET", "/{lang:str}/postbox/{key:str}"): ANYONE,
    ("GET", "/{lang:str}/postbox/{key:str}/body"): ANYONE,
    ("GET", "/{lang:str}/postbox/{key:str}/calendar"): ANYONE,
    ("POST", "/{lang:str}/demo/next"): ANYONE,
    ("POST", "/{lang:str}/demo/day"): ANYONE,
    ("POST", "/{lang:str}/demo/role"): ANYONE,
}
