"""The live channel: what changes goes out as it changes."""
