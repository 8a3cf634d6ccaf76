"""What can go wrong with photos and their bytes. In every case the phone still has the photo."""

from wangge.core.errors import WanggeError


class PhotoTooLarge(WanggeError):
    """A photo over the deployment's limit."""

    code, status = "photo_too_large", 413
    zh = "照片有 {bytes} 字节，超过上限 {max_bytes} 字节，无法上传。照片仍保存在本机，可导出。"
    en = "The photo has {bytes} bytes, over the limit of {max_bytes}; it cannot be uploaded. It stays on the phone."


class NoteTooLarge(WanggeError):
    """A note in sound or picture over the deployment's limit."""

    code, status = "note_too_large", 413
    zh = "录音录像有 {bytes} 字节，超过上限 {max_bytes} 字节，无法上传。文件仍保存在本机，可导出。"
    en = "The recording has {bytes} bytes, over the limit of {max_bytes}; it cannot be uploaded. It stays on the phone."


class WaitingForParent(WanggeError):
    """The photo's announcement has not arrived (or lies outside the caller's sight); bytes wait for it."""

    code, status = "waiting_for_parent", 409
    zh = "照片所属的记录还没有到达服务器。请先同步记录，照片会随后自动上传。"
    en = "The record of this photo has not arrived yet. Sync the record first; the photo follows by itself."


class UploadLengthMismatch(WanggeError):
    """The upload's length is not the announced one, so these cannot be the announced bytes."""

    code, status = "upload_length_mismatch", 422
    zh = "上传的长度（{length} 字节）与登记的照片大小（{announced} 字节）不同。照片仍在本机，请重新提交。"
    en = "The upload has {length} bytes, the announced photo {announced}. It stays on the phone; send it again."


class UploadOffsetMismatch(WanggeError):
    """The claimed offset is not where the bytes end; carries the true ``offset`` (tus 1.0.0, PATCH)."""

    code, status = "upload_offset_mismatch", 409
    zh = "上传位置不一致，服务器已有 {offset} 字节，将从那里继续。"
    en = "The upload's position differs: the server has {offset} bytes; go on from there."


class UploadGone(WanggeError):
    """The upload ran out or was refused: start a new one."""

    code, status = "upload_gone", 410
    zh = "这次上传已失效，照片仍在本机，将重新上传。"
    en = "This upload is no longer valid. The photo stays on the phone and is uploaded anew."


class UploadTooLong(WanggeError):
    """More bytes came than the upload announced; the announced ones are kept."""

    code, status = "upload_too_long", 400
    zh = "收到的内容超过登记的照片大小（{length} 字节）。照片仍在本机，请重新提交。"
    en = "More arrived than the announced {length} bytes. The photo stays on the phone; send it again."


class EvidenceHashMismatch(WanggeError):
    """The bytes are not the sealed ones; kept aside as refused. 460 is the status of tus for a wrong checksum."""

    code, status = "evidence_hash_mismatch", 460
    zh = "收到的照片与拍摄时的校验值不一致，未收为证据（已另行保存）。照片仍在本机，请重新上传。"
    en = "What arrived is not what was sealed at capture; it is set aside and not evidence. Upload the photo again."


class TusVersionUnsupported(WanggeError):
    """The client speaks another version of the upload protocol, or none."""

    code, status = "tus_version_unsupported", 412
    zh = "上传协议版本不受支持，请更新应用。照片仍在本机。"
    en = "This version of the upload protocol is not supported; update the app. The photo stays on the phone."


class UploadTypeUnsupported(WanggeError):
    """A PATCH whose body is not declared as upload bytes."""

    code, status = "upload_type_unsupported", 415
    zh = "上传内容的类型应为 application/offset+octet-stream。"
    en = "Upload bytes must be sent as application/offset+octet-stream."


class EvidenceStoreFull(WanggeError):
    """The disk is full; what arrived stays and the upload can go on later."""

    code, status = "evidence_store_full", 507
    zh = "服务器存储空间已满，照片仍在本机，稍后会继续上传。请通知管理员。"
    en = "The server's storage is full. The photo stays on the phone and goes on later. Tell your administrator."


class EvidenceNotArrived(WanggeError):
    """The record expects this file; its bytes are not here yet."""

    code, status = "evidence_not_arrived", 404
    zh = "这张照片还没有从手机传到服务器。"
    en = "This photo has not reached the server yet."


class EvidenceBytesMissing(WanggeError):
    """The database says stored, the store does not have it: an operator's matter."""

    code, status = "evidence_bytes_missing", 500
    zh = "证据文件在存储中找不到，已记录，请通知管理员核查。"
    en = "The evidence file is missing from the store; this has been recorded. Tell your administrator."


class ThumbnailNotPossible(WanggeError):
    """The evidence copy is kept, but it cannot be shown as a picture; ``problem`` says why."""

    code, status = "thumbnail_not_possible", 404
    zh = "这份照片文件无法显示缩略图（{problem}），原始字节完整保存。"
    en = "No thumbnail can be made of this file ({problem}); its bytes are kept as they came."
