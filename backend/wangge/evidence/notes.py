"""Looking at a recording: whether it lies in the container of its announced type. It is never decoded here."""

from pathlib import Path

from wangge.evidence.rules import HEAD_BYTES, ImageProblem, is_note_of


def problem_of_note(path: Path, media_type: str) -> ImageProblem | None:
    """What is wrong with a file as a recording of this type, or None; the file may be anything."""
    with path.open("rb") as file:
        return None if is_note_of(file.read(HEAD_BYTES), media_type) else "type_mismatch"
