"""What callers hear: texts and recordings, values spoken by rule, and their making before any call."""
