"""Ratios of interleaved pairs: their median, and how far chance alone could move it."""

import random
import statistics

RESAMPLES = 10_000


def summary(pairs):
    """pairs: [(ours, theirs)]; both speeds or both durations."""
    ratios = [ours / theirs for ours, theirs in pairs]
    chance = random.Random(1)
    medians = sorted(
        statistics.median(chance.choices(ratios, k=len(ratios))) for _ in range(RESAMPLES)
    )
    return {
        "ours": statistics.median(ours for ours, _ in pairs),
        "theirs": statistics.median(theirs for _, theirs in pairs),
        "ratio": statistics.median(ratios),
        "low": medians[int(RESAMPLES * 0.025)],
        "high": medians[int(RESAMPLES * 0.975) - 1],
    }
