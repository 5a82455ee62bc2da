"""History from elsewhere, as facts."""
