"""Arrivals: when the next caller comes."""

from simulation.distributions.durations import Exponential, Sampler, Uniform, sampler

HOUR_S = 3600.0


def poisson_gaps(per_hour: float, uniform: Uniform) -> Sampler:
    """Draws the microseconds between two arrivals of a Poisson stream with ``per_hour`` (more than 0) arrivals."""
    if per_hour <= 0:
        raise ValueError(f"a Poisson stream needs more than 0 arrivals an hour, not {per_hour}")
    return sampler(Exponential(mean_s=HOUR_S / per_hour), uniform)
