"""What the models of the forecast are called, from the simplest on."""

from __future__ import annotations

RECENCY, FREQUENCY, OWN_RATE = "recency", "frequency", "own_rate"
BUYING, BOOSTING, BLEND, STEADY = "bg_nbd", "boosting", "blend", "steady_blend"
SIMPLE = (RECENCY, FREQUENCY, OWN_RATE)
"""The rules of thumb."""
LABELS = {
    RECENCY: "Who bought last",
    FREQUENCY: "Who bought most often",
    OWN_RATE: "Each customer's own rate",
    BUYING: "BG/NBD",
    BOOSTING: "Gradient boosting",
    BLEND: "Blend",
    STEADY: "Steady blend",
}
SUBJECTS = LABELS | {BLEND: "The blend", STEADY: "The steady blend"}
"""The same at the head of a sentence."""
