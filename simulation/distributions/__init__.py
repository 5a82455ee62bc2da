"""Durations and arrivals drawn by law from uniform numbers that are handed in. Pure: shared by simulation and PBX."""
