"""What can go wrong at the desk with an incident."""

from wangge.core.errors import WanggeError


class IncidentClosed(WanggeError):
    """The incident has been closed meanwhile."""

    code, status = "incident_closed", 409
    zh = "这起事件已经办结，不能再更改。"
    en = "This incident is closed and cannot be changed."


class IncidentNotAcknowledged(WanggeError):
    """Somebody must have taken it on before it can be closed."""

    code, status = "incident_not_acknowledged", 409
    zh = "请先接报，再办结。"
    en = "Acknowledge the incident before closing it."


class IncidentAcknowledged(WanggeError):
    """Somebody has taken it on already."""

    code, status = "incident_acknowledged", 409
    zh = "{name}已经接报，不用重复接报。"
    en = "{name} has acknowledged this incident already."
