"""What can go wrong with sign-in and rights."""

from wangge.core.errors import WanggeError


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
