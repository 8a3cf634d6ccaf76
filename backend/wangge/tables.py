"""Every table of the house, imported once, so that the metadata is whole (migrations, checks)."""

import wangge.core.db  # noqa: F401  (sets the naming convention before any table is declared)
from wangge.accounts.models import Account, AuditEntry, Device, Session, SignInAttempt, SignInFailure
from wangge.certificates.models import Certificate, CertificateRequirement
from wangge.check_ins.models import CheckIn
from wangge.employers.models import Employer
from wangge.evidence.models import Evidence, Upload
from wangge.gaps.models import GridTiling
from wangge.grid_changes.models import EmployerMove, GridChange, GridVersion, TilingCheck
from wangge.grids.models import Duty, Grid
from wangge.hand_overs.models import HandOver, HandOverItem
from wangge.patrols.models import Patrol, PatrolStop
from wangge.people.models import Appointment, Person, PersonPrivate, RoleRight, Unit
from wangge.policies.models import Policy
from wangge.sync.models import Change, Feed, SyncOperation
from wangge.training.models import Course, Exam, ExamResult, TrainingPlan
from wangge.visits.models import Finding, Visit

__all__ = [
    "Account", "Appointment", "AuditEntry", "Certificate", "CertificateRequirement", "Change", "CheckIn", "Course", "Device",
    "Duty", "Employer", "EmployerMove", "Evidence", "Exam", "ExamResult", "Feed", "Finding", "Grid", "GridChange", "GridTiling",
    "GridVersion", "HandOver", "HandOverItem", "Patrol", "PatrolStop", "Person", "PersonPrivate", "Policy", "RoleRight", "Session",
    "SignInAttempt", "SignInFailure", "SyncOperation", "TilingCheck", "TrainingPlan", "Unit", "Upload", "Visit",
]  # fmt: skip
