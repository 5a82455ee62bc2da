"""Scenarios in virtual time through the same distributor."""
