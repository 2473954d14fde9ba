"""What became of a lane."""

from __future__ import annotations

from enum import IntEnum


class LaneStatus(IntEnum):
    """Outcome of a lane's integration so far."""

    OK = 0
    STEP_LIMIT = 1
    NOT_FINITE = 2
    STEP_UNDERFLOW = 3


WHAT = {
    LaneStatus.STEP_LIMIT: "used up its steps",
    LaneStatus.NOT_FINITE: "met a value that is not finite",
    LaneStatus.STEP_UNDERFLOW: "needs steps too small to make progress",
}

CURE = {
    LaneStatus.STEP_LIMIT: "raise max_steps or rtol, or look for a rate far faster than the rest",
    LaneStatus.NOT_FINITE: "look for a division by zero or a logarithm of zero",
    LaneStatus.STEP_UNDERFLOW: "look for a state that grows without bound, or for a jump in a rate",
}
