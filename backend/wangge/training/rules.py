"""When an exam is passed: pure decisions."""


def pass_mark_of(policy: float, full_mark: float, given: float | None) -> float:
    """The mark that passes: as given, else the policy's share (of 100 points) of the full mark."""
    return given if given is not None else round(policy * full_mark / 100, 1)


def score_of(text: str, full_mark: float) -> float | None:
    """A score as written in a sheet; None where it is none or lies beyond the marks."""
    try:
        score = float(text)
    except ValueError:
        return None
    return score if 0 <= score <= full_mark else None
