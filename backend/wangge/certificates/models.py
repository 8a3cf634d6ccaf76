"""Tables of certificates and of which kind of person needs which."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from wangge.core.columns import grid_path_field, id_field, moment

KIND = "in ('post_certificate', 'inspector_certificate', 'enforcement_certificate')"


class Certificate(SQLModel, table=True):
    """A certificate (证书) of a person: 岗位培训合格证书, 劳动保障监察证 or 行政执法证.

    Valid from the day of issue to ``expires_on`` (both included; none: without end), and no longer on the day of its revocation.
    ``grid_path`` is the person's and follows her. ``document_sha256`` names a scan in the evidence store.
    """

    __tablename__ = "certificates"
    __table_args__ = (
        CheckConstraint(f"kind {KIND}", name="kind"),
        CheckConstraint("expires_on >= issued_on", name="validity"),
        CheckConstraint("revoked_on >= issued_on", name="revocation"),
        CheckConstraint("document_sha256 ~ '^[0-9a-f]{64}$'", name="document_sha256"),
        UniqueConstraint("kind", "issuer", "number"),
        Index("ix_certificates_person_id", "person_id", "kind", "issued_on"),
        Index("ix_certificates_expires_on", "expires_on", postgresql_where=text("revoked_on is null")),
        Index("ix_certificates_grid_path", "grid_path", postgresql_using="gist"),
    )
    id: UUID = id_field()
    person_id: UUID = Field(foreign_key="people.id")
    kind: str
    number: str
    issuer: str
    issued_on: date
    expires_on: date | None = None
    revoked_on: date | None = None
    revoked_reason: str = Field(default="", sa_column_kwargs={"server_default": ""})
    document_sha256: str | None = None
    document_name: str = Field(default="", sa_column_kwargs={"server_default": ""})
    entered_by: UUID | None = Field(default=None, foreign_key="people.id", index=True)
    entered_at: datetime = moment(default_now=True)
    grid_path: str = grid_path_field()
    version: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})


class CertificateRequirement(SQLModel, table=True):
    """One kind of certificate that lets one kind of person work, from a day to a day; any one of several is enough."""

    __tablename__ = "certificate_requirements"
    __table_args__ = (
        CheckConstraint(f"certificate_kind {KIND}", name="certificate_kind"),
        CheckConstraint("valid_to >= valid_from", name="validity"),
    )
    person_kind: str = Field(primary_key=True)
    certificate_kind: str = Field(primary_key=True)
    valid_from: date = Field(primary_key=True)
    valid_to: date | None = None
    source: str
