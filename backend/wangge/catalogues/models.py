"""Tables of the words that field records choose from; the same for everyone."""

from datetime import date

from sqlmodel import Field, SQLModel


class Entry(SQLModel):
    """One word of a catalogue. ``seq`` is its place in the list; ``valid_to`` the last day on which it may be chosen."""

    code: str = Field(primary_key=True)
    seq: int
    zh: str
    en: str
    source: str
    valid_from: date
    valid_to: date | None = None


class TalkTopic(Entry, table=True):
    """What one talks about when publicising (宣传主题)."""

    __tablename__ = "talk_topics"


class MaterialKind(Entry, table=True):
    """What is handed out (宣传资料)."""

    __tablename__ = "material_kinds"


class IncidentKind(Entry, table=True):
    """What can happen that cannot wait (突发事件)."""

    __tablename__ = "incident_kinds"
