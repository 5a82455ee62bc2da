"""The distributor: who takes which contact, when, and why. Pure and deterministic: no I/O, no clock, no chance."""
