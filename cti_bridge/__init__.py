"""The bridge between the telephone switch and the contact centre."""
