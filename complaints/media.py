"""Photos and short videos of reporters: taken apart and put together again before anything is kept.

The file as sent is never kept: a photo's EXIF tells place, time and device of whoever took it. What is kept
is the picture re-encoded from its pixels, or the video with its metadata zeroed; no file name, no capture time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.core.files.base import ContentFile

from casework.errors import Unlawful
from casework.evidence.checks import JPEG, MP4, PNG, CleanImage, clean_image, sniff
from complaints.videos import clean_video

FILES_MAX = 9
PHOTO_MAX_BYTES = 15 * 1024 * 1024
VIDEO_MAX_BYTES = 20 * 1024 * 1024
ONLY = "这里只收照片（JPG、PNG）和短视频（MP4）。其他材料请在文字里说明，办理人会联系补交。"


@dataclass(frozen=True)
class Clean:
    """What is kept of a file: the nameless copy, and what its re-encoding learnt when it is a picture."""

    copy: ContentFile[bytes]
    picture: CleanImage | None = None


def cleaned(data: bytes) -> Clean:
    """The nameless clean copy of a photo or video. Raises Unlawful with what to do."""
    if not data:
        raise Unlawful("有一个文件是空的，请重新选择。")
    head = data[:16]
    is_known = head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or head[4:8] == b"ftyp"
    if not is_known:
        raise Unlawful(ONLY)
    mime = sniff(head, data)
    if mime == MP4:
        if len(data) > VIDEO_MAX_BYTES:
            raise Unlawful(f"视频超过 {VIDEO_MAX_BYTES // 1024 // 1024} MB，请只录关键的几十秒。")
        return Clean(ContentFile(clean_video(data), name=""))
    if mime not in {JPEG, PNG} or len(data) > PHOTO_MAX_BYTES:
        raise Unlawful(f"照片超过 {PHOTO_MAX_BYTES // 1024 // 1024} MB，请缩小后再传。")
    picture = replace(clean_image(data, mime), claimed_at=None)
    return Clean(ContentFile(picture.data, name=""), picture)
