"""What can go wrong with registry lists. What is wrong with one row is in ``problems``.

ListFileRefused            422
├── ListFileTooLarge       413  bytes
├── ListTooLong            413  rows
├── ListTooWide                 columns
├── ListIsEmpty
├── ListKindUnknown             no spreadsheet, no table
├── ListFileDamaged
├── ListIsWebPage               a web page that calls itself .xls
├── ListLocked                  needs a password
├── ListSheetMissing            the named sheet is not there
└── ListUndecodable             neither UTF-8 nor GB18030
ListReadingFailed          500  kept: a mistake of ours, recorded
NotForThisRow              409  decided already, or not a file that may be chosen
RowPlaceOutside            422  the place lies in somebody else's territory
"""

from wangge.core.errors import WanggeError


class ListFileRefused(WanggeError):
    """Base of the refusals of a whole file."""

    code, status = "list_refused", 422
    zh = "名单无法读取。"
    en = "The list cannot be read."


class ListFileTooLarge(ListFileRefused):
    """More bytes than one list may have."""

    code, status = "list_too_large", 413
    zh = "文件有 {size_bytes} 字节，超过上限 {limit_bytes} 字节。请拆分后分次导入。"
    en = "The file has {size_bytes} bytes; the limit is {limit_bytes}. Split it and import the parts."


class ListTooLong(ListFileRefused):
    """More rows than one list may have."""

    code, status = "list_too_long", 413
    zh = "名单超过 {limit} 行。请拆分后分次导入。"
    en = "The list has more than {limit} rows. Split it and import the parts."


class ListTooWide(ListFileRefused):
    """More columns than one list may have."""

    code = "list_too_wide"
    zh = "名单有 {columns} 列，超过上限 {limit} 列。请删去不需要的列后再导入。"
    en = "The list has {columns} columns; the limit is {limit}. Remove columns that are not needed."


class ListIsEmpty(ListFileRefused):
    """Nothing in it."""

    code = "list_empty"
    zh = "文件里没有内容。请核对是否选错了文件。"
    en = "There is nothing in this file. Check that it is the right one."


class ListKindUnknown(ListFileRefused):
    """No spreadsheet and no text table."""

    code = "list_kind_unknown"
    zh = "这不是电子表格。可导入：XLSX、XLS、CSV（UTF-8 或 GBK）。"
    en = "This is no spreadsheet. XLSX, XLS and CSV (UTF-8 or GBK) can be imported."


class ListFileDamaged(ListFileRefused):
    """Cut off, or not what it claims to be."""

    code = "list_damaged"
    zh = "文件已损坏或不完整，读不出来。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。"
    en = "The file is damaged or cut off. Open it in a spreadsheet program, save it as .xlsx and upload that."


class ListIsWebPage(ListFileRefused):
    """HTML or XML under a spreadsheet's name, as some systems export it."""

    code = "list_is_web_page"
    zh = "这个文件其实是网页，不是真正的电子表格（有些系统导出的 .xls 就是这样）。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。"
    en = "This file is a web page under a spreadsheet's name, as some systems export it. Open it, save it as .xlsx and upload that."


class ListLocked(ListFileRefused):
    """Protected by a password."""

    code = "list_locked"
    zh = "文件设有打开密码，读不出来。请取消密码后再上传。"
    en = "The file needs a password to be opened. Remove the password and upload it again."


class ListSheetMissing(ListFileRefused):
    """The named sheet is not in the workbook."""

    code = "list_sheet_missing"
    zh = "文件里没有名为“{sheet}”的工作表。请重新选择。"
    en = "There is no sheet {sheet!r} in this file. Choose again."


class ListUndecodable(ListFileRefused):
    """Neither UTF-8 nor GB18030."""

    code = "list_undecodable"
    zh = "文字编码无法识别（既不是 UTF-8，也不是 GBK）。请另存为 .xlsx 后再上传。"
    en = "The text is neither UTF-8 nor GBK. Save the list as .xlsx and upload that."


class ListReadingFailed(WanggeError):
    """Our reader or writer broke on this list; recorded in the log."""

    code, status = "list_reading_failed", 500
    zh = "处理这个名单时程序出错，已记录。请联系管理员；已写入的行不会丢失，可以重新检查后继续。"
    en = "Our program failed on this list; this is recorded. Tell the operator; rows written are kept, and the check can be done again."


class NotForThisRow(WanggeError):
    """Somebody has decided meanwhile, or the file cannot be chosen for it."""

    code, status = "match_not_possible", 409
    zh = "这一条已有人处理，或所选单位档案已不能使用。请看下一条。"
    en = "Somebody has dealt with this already, or that file cannot be chosen. Go on with the next."


class RowPlaceOutside(WanggeError):
    """The place pointed out lies in somebody else's territory."""

    code, status = "row_place_outside", 422
    zh = "这个位置不在您的辖区内，不能保存。请核对位置。"
    en = "This place lies outside your territory and cannot be saved."
