"""Every table of the house, imported once, so that the metadata is whole (migrations, checks)."""

import wangge.core.db  # noqa: F401  (sets the naming convention before any table is declared)
from wangge.accounts.models import Account, AuditEntry, Device, Session, SignInAttempt, SignInFailure
from wangge.check_ins.models import CheckIn
from wangge.designations.models import EmployerDesignation
from wangge.employers.models import Employer
from wangge.entrustments.models import Entrustment, EntrustmentEmployer
from wangge.evidence.models import Evidence, Upload
from wangge.grid_changes.models import EmployerMove, GridChange, GridVersion, TilingCheck
from wangge.grids.models import Duty, Grid
from wangge.patrols.models import Patrol, PatrolStop
from wangge.people.models import Appointment, Person, RoleRight
from wangge.policies.models import Policy
from wangge.sync.models import Change, Feed, SyncOperation
from wangge.units.models import IntakeCounter, Matter, Power, PowerHolder, Unit, UnitPower
from wangge.visits.models import Finding, Visit

__all__ = [
    "Account", "Appointment", "AuditEntry", "Change", "CheckIn", "Device", "Duty", "Employer", "EmployerDesignation",
    "EmployerMove", "Entrustment", "EntrustmentEmployer", "Evidence", "Feed", "Finding", "Grid", "GridChange", "GridVersion",
    "IntakeCounter", "Matter", "Patrol", "PatrolStop", "Person", "Policy", "Power", "PowerHolder", "RoleRight", "Session",
    "SignInAttempt", "SignInFailure", "SyncOperation", "TilingCheck", "Unit", "UnitPower", "Upload", "Visit",
]  # fmt: skip
