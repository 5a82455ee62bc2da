"""Web API, live channel and browser console for agents, supervisors and administrators."""
