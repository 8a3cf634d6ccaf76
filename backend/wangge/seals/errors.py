"""What can be wrong with a seal or with a phone's key."""

from wangge.core.errors import WanggeError


class SealBroken(WanggeError):
    """The signature is not that of the key it names, or the key was none (any more) of this account; ``reason`` says which."""

    code, status = "seal_broken", 422
    zh = "这条记录的数字封签无法核实，已原样保存但未生效。请在手机上重新发送；若再次出现，请联系街道核对。"
    en = "The seal of this record does not hold; it is kept as it came, without effect. Send it again, or ask your street office."


class SealedElsewhere(WanggeError):
    """The record names one phone and carries the seal of another, or of another account: somebody plays it again."""

    code, status = "sealed_elsewhere", 409
    zh = "这条记录是另一台手机或另一个账号封签的，不能由本机代交。已原样保存但未生效，等待街道核对。"
    en = "This record was sealed on another phone or account and cannot be handed in here; it is kept for your street to check."


class SealKeyInvalid(WanggeError):
    """What a phone made known is no key of the kind used, or the phone does not hold its private half."""

    code, status = "seal_key_invalid", 422
    zh = "手机的封签密钥无法核实，请退出后重新登录再试。"
    en = "The phone's sealing key cannot be verified; sign out and in again, then retry."


class NoPhoneInSession(WanggeError):
    """The session was not opened on a phone of ours, so there is nothing a key could belong to."""

    code, status = "no_phone_in_session", 409
    zh = "当前登录没有对应的手机，不能登记封签密钥。"
    en = "This session belongs to no phone; a sealing key cannot be registered."


class SealKeyTaken(WanggeError):
    """The key belongs to another phone or account already."""

    code, status = "seal_key_taken", 409
    zh = "这个封签密钥已属于另一台手机或另一个账号。"
    en = "This sealing key belongs to another phone or account."


class SealKeyRevoked(WanggeError):
    """The key ended when its phone was stopped; the phone makes a new one."""

    code, status = "seal_key_revoked", 409
    zh = "这个封签密钥已随手机停用而作废，手机会生成新的密钥。"
    en = "This sealing key ended when its phone was stopped; the phone makes a new one."
