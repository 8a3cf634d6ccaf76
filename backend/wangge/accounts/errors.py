"""What can go wrong with sign-in and rights."""

from wangge.core.errors import WanggeError
from wangge.core.problems import constraint_means


class WrongPassword(WanggeError):
    """The login or the password is wrong; which of the two is not said."""

    code, status = "wrong_password", 401
    zh = "账号或密码不对，还可以再试 {attempts_left} 次。"
    en = "Wrong account or password; {attempts_left} attempt(s) left."


class AccountLocked(WanggeError):
    """Too many wrong guesses."""

    code, status = "account_locked", 423
    zh = "密码错误次数过多，账号已锁定到 {until_local}。请稍后再试，或联系管理员。"
    en = "Too many wrong passwords; locked until {until_local}. Try later, or ask your administrator."


class AccountHasNoAppointment(WanggeError):
    """The account is closed, or its person holds no appointment today."""

    code, status = "no_appointment", 403
    zh = "此账号已停用，或今天没有有效任职。请联系所属机构。"
    en = "This account is closed or holds no appointment today. Ask your unit."


class NotSignedIn(WanggeError):
    """No session."""

    code, status = "not_signed_in", 401
    zh = "请先登录。"
    en = "Please sign in."


class SessionExpired(WanggeError):
    """The session ran out or was revoked; what the phone holds waits for the next sign-in."""

    code, status = "session_expired", 401
    zh = "登录已过期，请重新登录。未上传的记录都还在本机，登录后会继续上传。"
    en = "Your session has ended; sign in again. Unsent records are safe on this device and go on afterwards."


class OtherAccount(WanggeError):
    """The session is another account's than the one the request was made for; ``name`` is who is signed in on this device."""

    code, status = "other_account", 409
    zh = "这台设备上现在登录的是另一个账号，请换回原来的账号。未上传的记录都还在本机。"
    en = "Another account is signed in on this device now; sign in as before. Unsent records are safe on this device."


class RightMissing(WanggeError):
    """The role does not carry the right."""

    code, status = "right_missing", 403
    zh = "您的岗位没有这项权限（{right}）。"
    en = "Your role does not carry this right ({right})."


class ClientHeaderMissing(WanggeError):
    """A writing request without the header that only our own pages can set (guards against cross-site requests)."""

    code, status = "client_header_missing", 400
    zh = "请求缺少客户端标识（X-Wangge-Client）。"
    en = "The request lacks its client header (X-Wangge-Client)."


class SessionIdle(SessionExpired):
    """The session was left unused for too long."""

    code = "session_idle"
    zh = "超过 {minutes} 分钟没有操作，已自动退出，请重新登录。填写的内容都还在。"
    en = "Signed out after {minutes} minutes without use; sign in again. What you typed is kept."


class PasswordChangeRequired(WanggeError):
    """The password is temporary or too old; nothing else goes before a new one is chosen."""

    code, status = "password_change_required", 403
    zh = "请先设置新密码，然后继续。"
    en = "Choose a new password first."


class TotpEnrolmentRequired(WanggeError):
    """The role needs a second factor and the account has none yet."""

    code, status = "totp_enrolment_required", 403
    zh = "您的岗位要求两步验证，请先绑定验证器。"
    en = "Your role needs two-step sign-in; set up your authenticator first."


class TotpRequired(WanggeError):
    """The password is right; the second factor is missing."""

    code, status = "totp_required", 401
    zh = "请输入验证器上的 6 位验证码。"
    en = "Enter the 6-digit code of your authenticator."


class TotpWrong(WanggeError):
    """The second factor does not fit, or its code has been used already."""

    code, status = "totp_wrong", 401
    zh = "验证码不对或已经用过，还可以再试 {attempts_left} 次。请等验证器换出新码后再输入。"
    en = "Wrong or already used code; {attempts_left} attempt(s) left. Wait for the next code and enter that."


class TotpNotBegun(WanggeError):
    """A code to confirm, but no secret was handed out; or the second factor is in force already."""

    code, status = "totp_not_begun", 409
    zh = "没有等待确认的验证器，请重新开始绑定。"
    en = "There is no authenticator to confirm; begin again."


class TotpCannotGo(WanggeError):
    """The role needs the second factor."""

    code, status = "totp_cannot_go", 409
    zh = "您的岗位要求两步验证，不能解除。换手机请联系上级管理员重置。"
    en = "Your role needs two-step sign-in, so it cannot be removed. For a new phone ask the administrator above you."


class ResetCodeWrong(WanggeError):
    """The reset code does not belong to this login, has been used, or is too old."""

    code, status = "reset_code_wrong", 401
    zh = "重置码不对、已用过或已过期，还可以再试 {attempts_left} 次。请向管理员核对。"
    en = "This reset code is wrong, used or expired; {attempts_left} attempt(s) left. Ask your administrator."


class EnrolmentCodeWrong(WanggeError):
    """The enrolment code does not belong to this account, has been used, or is too old."""

    code, status = "enrolment_code_wrong", 403
    zh = "登记码不是发给这个账号的，或已用过、已过期。请管理员重新出示二维码。"
    en = "This enrolment code is another account's, used or expired. Ask your administrator for a new QR code."


class DeviceNotEnrolled(WanggeError):
    """The deployment wants phones enrolled, and this one is not."""

    code, status = "device_not_enrolled", 403
    zh = "这台手机还没有登记。请管理员在管理端“账号与设备”里出示二维码，扫码后登录。未上传的记录都还在本机。"
    en = "This phone is not enrolled. Ask your administrator for the QR code and sign in with it. Unsent records stay on this device."


class DeviceRevoked(WanggeError):
    """The phone was stopped by an administrator."""

    code, status = "device_revoked", 403
    zh = "这台手机已被管理员停用，不能登录。如已找回，请管理员重新登记。"
    en = "An administrator has stopped this phone. If it was found again, have it enrolled anew."


class DeviceWipe(WanggeError):
    """The phone is to be erased: it sends what it still holds, erases its store, and says so."""

    code, status = "device_wipe", 403
    zh = "管理员要求清除本机数据：未上传的记录先上传，然后清除。"
    en = "An administrator has ordered this phone erased: unsent records are sent first, then its store is cleared."


class FreshSignInRequired(WanggeError):
    """The store key is given out only right after the password was given."""

    code, status = "fresh_sign_in_required", 403
    zh = "为了安全，请先用账号密码重新登录，再重设解锁码。"
    en = "For safety, sign in again with your password, then choose a new PIN."


class StoreKeyNotKept(WanggeError):
    """The server has no key for this account's store on this phone."""

    code, status = "store_key_not_kept", 404
    zh = "服务器没有保存这台手机的恢复密钥，只有原来的解锁码能打开本机数据。"
    en = "The server keeps no recovery key for this phone; only the former PIN opens its data."


class NotOnAPhone(WanggeError):
    """The session belongs to no phone, so it has no store either."""

    code, status = "not_on_a_phone", 409
    zh = "只有在手机端登录后才能这样做。"
    en = "This can only be done when signed in on a phone."


class OwnAccount(WanggeError):
    """Nobody manages her own account, nor one of her own unit: the unit above does."""

    code, status = "own_account", 403
    zh = "不能操作自己或本级机构人员的账号，请由上级机构管理员办理。"
    en = "Your own account, and those of your own unit, are managed by the unit above."


class AccountExists(WanggeError):
    """The person has an account already."""

    code, status = "account_exists", 409
    zh = "此人已有账号。"
    en = "This person has an account already."


class LoginTaken(WanggeError):
    """Another account has this login."""

    code, status = "login_taken", 409
    zh = "这个账号名已被使用，请换一个。"
    en = "This login is taken; choose another."


constraint_means("uq_accounts_person_id", AccountExists)
constraint_means("uq_accounts_login", LoginTaken)
