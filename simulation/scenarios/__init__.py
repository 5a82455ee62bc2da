"""Scenarios in virtual time: the distributor of the real calls, fed by drawn ones. ``cordboard simulate``."""
