"""What can go wrong with the key supervision list."""

from wangge.core.errors import WanggeError


class EntryAcknowledged(WanggeError):
    """Somebody has taken note already."""

    code, status = "key_list_acknowledged", 409
    zh = "{name}已经签收，不用重复签收。"
    en = "{name} has acknowledged this already."


class EntryLeft(WanggeError):
    """The employer is not on the list for this any more."""

    code, status = "key_list_left", 409
    zh = "这家单位已不因此列入重点监管，不用签收。"
    en = "The employer is not on the list for this any more; there is nothing to acknowledge."
