"""Every table of the house, imported once, so that the metadata is whole (migrations, checks)."""

import wangge.core.db  # noqa: F401  (sets the naming convention before any table is declared)
from wangge.accounts.models import (
    Account,
    AuditEntry,
    Device,
    OneTimeCode,
    PastPassword,
    PhoneStoreKey,
    Session,
    SignInAttempt,
    SignInFailure,
)
from wangge.anomalies.models import Anomaly, AnomalyDayDue, PhotoHash, PhotoHashDue
from wangge.books.models import Book
from wangge.catalogues.models import IncidentKind, MaterialKind, TalkTopic
from wangge.certificates.models import Certificate, CertificateRequirement
from wangge.check_ins.models import CheckIn
from wangge.coverage.models import CoverageDay, CoverageDue, CoverageProgress, GridCoverage
from wangge.designations.models import EmployerDesignation
from wangge.employer_files.models import (
    EmployerConflict,
    EmployerEdit,
    EmployerForm,
    EmployerMerge,
    EmployerSurvey,
    EmployerVersion,
)
from wangge.employers.models import Employer
from wangge.entrustments.models import Entrustment, EntrustmentEmployer
from wangge.evidence.models import Evidence, Upload
from wangge.gaps.models import GridTiling
from wangge.grid_changes.models import EmployerMove, GridChange, GridVersion, TilingCheck
from wangge.grids.models import Duty, Grid
from wangge.hand_overs.models import HandOver, HandOverItem
from wangge.incidents.models import Incident
from wangge.key_list.models import KeyListDue, KeyListEntry, KeyListRule, KeyListSweep
from wangge.matching.models import EmployerKey, EmployerKeyDue, MatchCandidate, MatchDecision
from wangge.patrols.models import Patrol, PatrolPause, PatrolStop
from wangge.people.models import Appointment, Person, PersonPrivate, Right, RoleRight
from wangge.policies.models import Policy
from wangge.ratings.models import InspectionCap, Rating, RatingChange, RatingObjection, RatingRound, RatingScale
from wangge.record_log.models import LogEntry, LogNode, LogPending, LogRoot, PublishedKey
from wangge.registries.models import RegistryChunkRow, RegistryImport, RegistryImportRow, RegistryMapping, RegistryRow
from wangge.seals.models import DeviceKey
from wangge.signals.models import EmployerSignal, RatingAspect, SignalKind
from wangge.spatial_imports.models import SpatialImport, SpatialImportFeature
from wangge.sync.models import Change, Feed, KeptPackage, OperationClosing, OperationRetry, SyncOperation
from wangge.talks.models import Talk, TalkMaterial
from wangge.tracks.models import Track
from wangge.training.models import Course, Exam, ExamResult, TrainingPlan
from wangge.units.models import IntakeCounter, Matter, Power, PowerHolder, Unit, UnitPower
from wangge.visits.models import Finding, Visit

__all__ = [
    "Account", "Anomaly", "AnomalyDayDue", "Appointment", "AuditEntry", "Book", "Certificate", "CertificateRequirement",
    "Change", "CheckIn", "Course", "CoverageDay", "CoverageDue", "CoverageProgress", "Device", "DeviceKey", "Duty",
    "Employer", "EmployerConflict", "EmployerDesignation", "EmployerEdit", "EmployerForm", "EmployerKey", "EmployerKeyDue",
    "EmployerMerge", "EmployerMove", "EmployerSignal", "EmployerSurvey", "EmployerVersion", "Entrustment",
    "EntrustmentEmployer", "Evidence", "Exam", "ExamResult", "Feed", "Finding", "Grid", "GridChange", "GridCoverage",
    "GridTiling", "GridVersion", "HandOver", "HandOverItem", "Incident", "IncidentKind", "InspectionCap", "IntakeCounter",
    "KeptPackage", "KeyListDue", "KeyListEntry", "KeyListRule", "KeyListSweep", "LogEntry", "LogNode", "LogPending", "LogRoot",
    "MatchCandidate", "MatchDecision", "MaterialKind", "Matter", "OneTimeCode", "OperationClosing", "OperationRetry",
    "PastPassword", "Patrol", "PatrolPause", "PatrolStop", "Person", "PersonPrivate", "PhoneStoreKey", "PhotoHash",
    "PhotoHashDue", "Policy", "Power", "PowerHolder", "PublishedKey", "Rating", "RatingAspect", "RatingChange",
    "RatingObjection", "RatingRound", "RatingScale", "RegistryChunkRow", "RegistryImport", "RegistryImportRow",
    "RegistryMapping", "RegistryRow", "Right", "RoleRight", "Session", "SignInAttempt", "SignInFailure", "SignalKind",
    "SpatialImport", "SpatialImportFeature", "SyncOperation", "Talk", "TalkMaterial", "TalkTopic", "TilingCheck", "Track",
    "TrainingPlan", "Unit", "UnitPower", "Upload", "Visit",
]  # fmt: skip
