"""Figures from facts."""
