"""The one place of SQL."""
