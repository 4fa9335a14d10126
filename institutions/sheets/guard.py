"""Refusing what is not a harmless sheet, before anything opens it."""

from __future__ import annotations

import zipfile
from typing import IO

from django.conf import settings

from casework.errors import Unlawful

UNPACKED_MAX = 600 * 1024 * 1024
RATIO_MAX = 150
ENTRIES_MAX = 5000
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
CHUNK = 1024 * 1024


def check_sheet(stream: IO[bytes], size: int, name: str) -> str:
    """`xlsx` or `csv`; raises Unlawful with what to do for anything else. The stream is rewound."""
    if size == 0:
        raise Unlawful("文件是空的，请重新选择。")
    if size > settings.SHEET_MAX_BYTES:
        limit = settings.SHEET_MAX_BYTES // 1024 // 1024
        raise Unlawful(f"文件超过 {limit} MB，请删去图片和无关工作表，或分成几个文件后再传。")
    stream.seek(0)
    head = stream.read(8)
    if head.startswith(OLE):
        _refuse_ole(stream)
    if head.startswith(b"PK\x03\x04"):
        _check_zip(stream, size)
        kind = "xlsx"
    elif name.lower().endswith(".csv") and b"\x00" not in head:
        kind = "csv"
    else:
        raise Unlawful("这不是 Excel 工作簿。请上传 .xlsx 或 .csv 文件。")
    stream.seek(0)
    return kind


def _refuse_ole(stream: IO[bytes]) -> None:
    stream.seek(0)
    if ENCRYPTED in stream.read(4 * CHUNK):
        raise Unlawful("文件设有打开密码。请在 Excel 中取消密码后另存，再上传。")
    raise Unlawful("这是旧版 .xls 文件。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。")


def _check_zip(stream: IO[bytes], size: int) -> None:
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            _check_names(names)
            declared = sum(entry.file_size for entry in entries)
            if (
                len(entries) > ENTRIES_MAX
                or declared > UNPACKED_MAX
                or declared > RATIO_MAX * max(size, 100_000)
            ):
                raise Unlawful("文件解压后异常大，已拒绝。请新建工作簿，只粘贴需要的内容后再传。")
            for entry in entries:
                _unpack(archive, entry)
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError, ValueError) as error:
        raise Unlawful("文件已损坏，打不开。请用 Excel 或 WPS 另存后再传。") from error


def _check_names(names: set[str]) -> None:
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Unlawful("文件含有宏，不能接收。请另存为不含宏的 .xlsx 后再传。")
    if "xl/workbook.bin" in names:
        raise Unlawful("这是二进制工作簿（.xlsb）。请另存为 .xlsx 后再上传。")
    if "xl/workbook.xml" not in names or "[Content_Types].xml" not in names:
        raise Unlawful("这不是 Excel 工作簿。请上传 .xlsx 或 .csv 文件。")


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Read a part to its end, so that a false declared size or checksum is noticed here."""
    with archive.open(entry) as part:
        while part.read(CHUNK):
            pass
