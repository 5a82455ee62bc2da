"""Distributions of arrivals, patience and handling; pure functions of uniform numbers."""
