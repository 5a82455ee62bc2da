"""Figures as tables, JSON, CSV, Excel and HTML."""
