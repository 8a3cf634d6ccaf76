"""What can go wrong with signals."""

from wangge.core.errors import WanggeError
from wangge.core.problems import constraint_means


class SignalClosed(WanggeError):
    """It has ended or was withdrawn."""

    code, status = "signal_closed", 409
    zh = "这条线索已经了结或撤销，不能再改。"
    en = "This signal has ended or was withdrawn, and cannot be changed."


class SignalIdReused(WanggeError):
    """The id belongs to another signal."""

    code, status = "signal_id_reused", 409
    zh = "这个编号已用于另一条线索，请重新填写。"
    en = "This id belongs to another signal; fill the form in anew."


constraint_means("pk_employer_signals", SignalIdReused)
