"""Live figures for Prometheus, thresholds and alarms."""
