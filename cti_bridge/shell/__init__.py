"""Twisted protocols, correlation, time-outs, and the running of effects; decides nothing."""
