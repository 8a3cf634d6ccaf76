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
from wangge.catalogues.models import IncidentKind, MaterialKind, TalkTopic
from wangge.certificates.models import Certificate, CertificateRequirement
from wangge.check_ins.models import CheckIn
from wangge.designations.models import EmployerDesignation
from wangge.employers.models import Employer
from wangge.entrustments.models import Entrustment, EntrustmentEmployer
from wangge.evidence.models import Evidence, Upload
from wangge.gaps.models import GridTiling
from wangge.grid_changes.models import EmployerMove, GridChange, GridVersion, TilingCheck
from wangge.grids.models import Duty, Grid
from wangge.hand_overs.models import HandOver, HandOverItem
from wangge.incidents.models import Incident
from wangge.patrols.models import Patrol, PatrolPause, PatrolStop
from wangge.people.models import Appointment, Person, PersonPrivate, Right, RoleRight
from wangge.policies.models import Policy
from wangge.record_log.models import LogEntry, LogNode, LogPending, LogRoot, PublishedKey
from wangge.seals.models import DeviceKey
from wangge.spatial_imports.models import SpatialImport, SpatialImportFeature
from wangge.sync.models import Change, Feed, OperationClosing, SyncOperation
from wangge.talks.models import Talk, TalkMaterial
from wangge.tracks.models import Track
from wangge.training.models import Course, Exam, ExamResult, TrainingPlan
from wangge.units.models import IntakeCounter, Matter, Power, PowerHolder, Unit, UnitPower
from wangge.visits.models import Finding, Visit

__all__ = [
    "Account", "Anomaly", "AnomalyDayDue", "Appointment", "AuditEntry", "Certificate", "CertificateRequirement", "Change",
    "CheckIn", "Course", "Device", "DeviceKey", "Duty", "Employer", "EmployerDesignation", "EmployerMove", "Entrustment",
    "EntrustmentEmployer", "Evidence", "Exam", "ExamResult", "Feed", "Finding", "Grid", "GridChange", "GridTiling",
    "GridVersion", "HandOver", "HandOverItem", "Incident", "IncidentKind", "IntakeCounter", "LogEntry", "LogNode", "LogPending",
    "LogRoot", "MaterialKind", "Matter", "OneTimeCode", "OperationClosing", "PastPassword", "Patrol", "PatrolPause",
    "PatrolStop", "Person", "PersonPrivate", "PhoneStoreKey", "PhotoHash", "PhotoHashDue", "Policy", "Power", "PowerHolder",
    "PublishedKey", "Right", "RoleRight", "Session", "SignInAttempt", "SignInFailure", "SpatialImport", "SpatialImportFeature",
    "SyncOperation", "Talk", "TalkMaterial", "TalkTopic", "TilingCheck", "Track", "TrainingPlan", "Unit", "UnitPower", "Upload",
    "Visit",
]  # fmt: skip
