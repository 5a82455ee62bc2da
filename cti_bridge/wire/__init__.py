"""Codecs between bytes and typed messages; no I/O."""
