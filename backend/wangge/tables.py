"""Every table of the house, imported once, so that the metadata is whole (migrations, checks)."""

import wangge.core.db  # noqa: F401  (sets the naming convention before any table is declared)
from wangge.accounts.models import Account, AuditEntry, Device, Session, SignInAttempt, SignInFailure
from wangge.check_ins.models import CheckIn
from wangge.employers.models import Employer
from wangge.evidence.models import Evidence, Upload
from wangge.gaps.models import GridTiling
from wangge.grid_changes.models import EmployerMove, GridChange, GridVersion, TilingCheck
from wangge.grids.models import Duty, Grid
from wangge.patrols.models import Patrol, PatrolStop
from wangge.people.models import Appointment, Person, RoleRight, Unit
from wangge.policies.models import Policy
from wangge.sync.models import Change, Feed, SyncOperation
from wangge.visits.models import Finding, Visit

__all__ = [
    "Account", "Appointment", "AuditEntry", "Change", "CheckIn", "Device", "Duty", "Employer", "EmployerMove", "Evidence",
    "Feed", "Finding", "Grid", "GridChange", "GridTiling", "GridVersion", "Patrol", "PatrolStop", "Person", "Policy", "RoleRight",
    "Session", "SignInAttempt", "SignInFailure", "SyncOperation", "TilingCheck", "Unit", "Upload", "Visit",
]  # fmt: skip
