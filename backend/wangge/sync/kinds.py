"""Every kind of operation the server understands, in the order in which kinds depend on each other."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from msgspec.json import Decoder

from wangge.check_ins.recording import CheckInPayload, record_check_ins
from wangge.core.operations import Verdict
from wangge.employer_files.editing import EmployerEditPayload, edit_employers
from wangge.employers.registering import EmployerPayload, register_employers
from wangge.evidence.announcing import EvidencePayload, announce_evidence
from wangge.incidents.reporting import IncidentPayload, report_incidents
from wangge.key_list.acknowledging import KeyListAcknowledgePayload, acknowledge_entries
from wangge.patrols.working import (
    PatrolFinishPayload,
    PatrolPausePayload,
    PatrolResumePayload,
    PatrolStartPayload,
    finish_patrols,
    pause_patrols,
    resume_patrols,
    start_patrols,
)
from wangge.talks.recording import TalkPayload, record_talks
from wangge.tracks.recording import TrackPayload, record_tracks
from wangge.visits.recording import VisitPayload, record_visits

Apply = Callable[..., Awaitable[list[Verdict]]]


@dataclass(frozen=True)
class Kind:
    """How a kind's payload is read and applied; ``apply`` takes a batch and answers in its order."""

    decoder: Decoder[Any]
    apply: Apply


KINDS: dict[tuple[str, int], Kind] = {
    ("incident.report", 1): Kind(Decoder(IncidentPayload), report_incidents),
    ("employer.register", 1): Kind(Decoder(EmployerPayload), register_employers),
    ("employer.edit", 1): Kind(Decoder(EmployerEditPayload), edit_employers),
    ("key_list.acknowledge", 1): Kind(Decoder(KeyListAcknowledgePayload), acknowledge_entries),
    ("patrol.start", 1): Kind(Decoder(PatrolStartPayload), start_patrols),
    ("patrol.pause", 1): Kind(Decoder(PatrolPausePayload), pause_patrols),
    ("patrol.resume", 1): Kind(Decoder(PatrolResumePayload), resume_patrols),
    ("check_in.record", 1): Kind(Decoder(CheckInPayload), record_check_ins),
    ("visit.record", 1): Kind(Decoder(VisitPayload), record_visits),
    ("talk.record", 1): Kind(Decoder(TalkPayload), record_talks),
    ("track.record", 1): Kind(Decoder(TrackPayload), record_tracks),
    ("evidence.announce", 1): Kind(Decoder(EvidencePayload), announce_evidence),
    ("patrol.finish", 1): Kind(Decoder(PatrolFinishPayload), finish_patrols),
}
ORDER = {key: index for index, key in enumerate(KINDS)}
