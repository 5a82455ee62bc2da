"""Start-up, command line and wiring: the one place that builds everything."""
