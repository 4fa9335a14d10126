"""What a received file really is. Names and declared types are never believed."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from datetime import datetime

from PIL import Image, ImageOps, UnidentifiedImageError

from casework.errors import Unlawful

MAX_PIXELS = 50_000_000
PDF, PNG, JPEG, MP4 = "application/pdf", "image/png", "image/jpeg", "video/mp4"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STILL_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"heif", b"mif1", b"msf1", b"avif", b"avis"}
)
SUFFIX = {PDF: ".pdf", PNG: ".png", JPEG: ".jpg", MP4: ".mp4", DOCX: ".docx", XLSX: ".xlsx"}
Image.MAX_IMAGE_PIXELS = MAX_PIXELS


CONTENT_TYPES_MAX_BYTES = 1024 * 1024
MACRO_TYPES = re.compile(rb"vbaproject|macroenabled", re.IGNORECASE)
UNREADABLE = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    EOFError,
    KeyError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


@dataclass(frozen=True)
class CleanImage:
    """A photo re-encoded without EXIF, with its perceptual hash and the capture time it claimed."""

    data: bytes
    mime: str
    phash: str
    claimed_at: datetime | None


def sniff(head: bytes, data: bytes) -> str:
    """MIME type from content; raises Unlawful for anything not accepted."""
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"%PDF-"):
        return PDF
    if head[4:8] == b"ftyp":
        if head[8:12] in STILL_BRANDS:
            raise Unlawful("不支持 HEIC 照片。请在手机“相机—格式”中选“兼容性最佳”，或改传 JPG、PNG。")
        return MP4
    if head.startswith(b"PK\x03\x04"):
        return _sniff_office(data)
    raise Unlawful("文件类型不支持。可以上传 JPG、PNG、PDF、MP4、DOCX、XLSX。")


def _sniff_office(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            unpacked = sum(item.file_size for item in archive.infolist())
            declared = _declared_types(archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise Unlawful("文件已损坏或加了密码，请重新导出后再传。") from error
    if any(name.lower().endswith("vbaproject.bin") for name in names) or MACRO_TYPES.search(declared):
        raise Unlawful("文件含有宏，不能接收。请另存为不含宏的格式。")
    if unpacked > 200 * 1024 * 1024 or unpacked > 200 * max(len(data), 1):
        raise Unlawful("文件解压后过大，不能接收。")
    if "word/document.xml" in names:
        return DOCX
    if "xl/workbook.xml" in names:
        return XLSX
    raise Unlawful("不接收压缩包，请逐个上传文件。")


def _declared_types(archive: zipfile.ZipFile) -> bytes:
    """The package's table of content types: a macro part may have any name, but not another type."""
    try:
        with archive.open("[Content_Types].xml") as part:
            return part.read(CONTENT_TYPES_MAX_BYTES)
    except KeyError:
        return b""


def clean_image(data: bytes, mime: str) -> CleanImage:
    """Decode and re-encode a photo without any metadata; raises Unlawful when it does not decode."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as source:
            if source.width * source.height > MAX_PIXELS:
                raise Unlawful("照片像素过大，请用手机默认画质拍摄。")
            claimed = _claimed_time(source)
            upright = ImageOps.exif_transpose(source)
            picture = upright.convert("RGB")
            # The encoder would write comments, profiles and resolutions of the source again.
            picture.info.clear()
    except UNREADABLE as error:
        raise Unlawful("照片无法打开，可能已损坏。请重新拍摄或另存后再传。") from error
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=88, optimize=True)
    return CleanImage(target.getvalue(), JPEG, difference_hash(picture), claimed)


def _claimed_time(image: Image.Image) -> datetime | None:
    raw = image.getexif().get_ifd(0x8769).get(0x9003)
    try:
        return datetime.strptime(str(raw), "%Y:%m:%d %H:%M:%S") if raw else None
    except ValueError:
        return None


def difference_hash(image: Image.Image) -> str:
    """64-bit difference hash as 16 hex digits; near-equal photos differ in few bits."""
    small = image.convert("L").resize((9, 8), Image.Resampling.LANCZOS, reducing_gap=3.0)
    pixels = small.tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            left, right = pixels[row * 9 + column], pixels[row * 9 + column + 1]
            bits = bits << 1 | (left > right)
    return f"{bits:016x}"


def hash_distance(first: str, second: str) -> int:
    """Number of differing bits of two difference hashes."""
    return (int(first, 16) ^ int(second, 16)).bit_count()
