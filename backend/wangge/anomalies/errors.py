"""What can go wrong when anomalies are reviewed."""

from wangge.core.errors import WanggeError


class OwnAnomaly(WanggeError):
    """Nobody concludes on her own records."""

    code, status = "own_anomaly", 403
    zh = "这是您自己的记录，请由其他人核查。"
    en = "This record is your own; somebody else has to review it."
