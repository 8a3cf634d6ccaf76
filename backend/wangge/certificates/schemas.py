"""Wire shapes of certificates."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from wangge.visits.schemas import Who

CertificateKind = Literal["post_certificate", "inspector_certificate", "enforcement_certificate"]
CertificateState = Literal["valid", "expiring", "expired", "revoked", "coming"]
Number = Annotated[str, Meta(min_length=1, max_length=60)]
Issuer = Annotated[str, Meta(min_length=1, max_length=120)]


class CertificateEnter(Struct, forbid_unknown_fields=True):
    """A certificate as printed. ``id`` is made by the desk; ``exam_result_id`` names the passed exam that it came of."""

    id: UUID
    person_id: UUID
    kind: CertificateKind
    number: Number
    issuer: Issuer
    issued_on: date
    expires_on: date | None = None
    exam_result_id: UUID | None = None


class CertificateChange(Struct, forbid_unknown_fields=True):
    """A certificate corrected to what is printed on it."""

    number: Number
    issuer: Issuer
    issued_on: date
    expires_on: date | None
    version: int


class CertificateRevoke(Struct, forbid_unknown_fields=True):
    """From which day a certificate no longer counts, and why."""

    revoked_on: date
    reason: Annotated[str, Meta(min_length=1, max_length=500)]
    version: int


class CertificateRead(Struct):
    """A certificate; ``days_left`` counts from today to its last day (negative when that has passed, none without end)."""

    id: UUID
    person: Who
    person_kind: str
    employee_no: str | None
    unit_name: str | None
    kind: CertificateKind
    number: str
    issuer: str
    issued_on: date
    expires_on: date | None
    revoked_on: date | None
    revoked_reason: str
    state: CertificateState
    days_left: int | None
    has_document: bool
    document_name: str
    version: int


class UnitCount(Struct):
    """How many certificates of a unit's people end soon, and how many people of it are not certified today."""

    unit_id: UUID
    unit_name: str
    expiring: int
    uncertified: int


class CertificateCounts(Struct):
    """The reminders: ``days`` ahead is a policy; the total of the scope, and the units that have something to do (200 at most)."""

    days: int
    expiring: int
    uncertified: int
    units: list[UnitCount]


class Requirement(Struct):
    """One kind of certificate that lets one kind of person work."""

    person_kind: str
    certificate_kind: CertificateKind
    valid_from: date
    valid_to: date | None
    source: str


class OwnCertificate(Struct):
    """A person's own certificate, for her phone."""

    kind: CertificateKind
    number: str
    expires_on: date | None
    revoked_on: date | None
    state: CertificateState
    days_left: int | None


class OwnCertificates(Struct):
    """Whether one may be sent out today, until when (none: without end), and what one holds, the newest first."""

    is_certified: bool
    certified_until: date | None
    certificates: list[OwnCertificate]
