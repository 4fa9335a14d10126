"""Planted marks of reporters, and the places where they must not turn up."""

from __future__ import annotations

import io
import random
import secrets
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from tests.complaints.door import Phone, photo, receipt_in
from tests.complaints.redaction_corpus import NAME_FRAMES, digits, person
from tests.test_persona_sweep import Links, pattern_of, strip

SCENE = "{place}有人无证办班，周末教数学，二十多个学生。"
PLACES = ("一栋三楼", "临街门面", "写字楼十二层", "小区会所", "居民楼顶层", "学校后门")
STARTS = {"": ("/", "/report/"), "institution": ("/portal/", "/"), "school": ("/portal/", "/")}
SHEETS = ("?export=csv", "?export=xlsx")


@dataclass(frozen=True)
class Planted:
    """One report with everything about its reporter. `free_name` stands in prose only."""

    marks: dict[str, str]
    free_name: str
    receipt: str


def plant(number: int, make_phone: Any) -> Planted:
    """Send one report through the door with marks in every place that a phone fills."""
    dice = random.Random(f"canary-{number}-{secrets.token_hex(8)}")
    serial = f"QX{dice.randrange(10**10):010d}ZK"
    name = "覃" + dice.choice("鳐鲟鹈鸬鹚麂獐") + dice.choice("翀翊翙翚翯翾")
    marks = {
        "contact name": name,
        "contact phone": "139" + digits(dice, 8),
        "phone in words": "158" + digits(dice, 8),
        "identity card": "50023719"
        + f"{dice.randint(60, 99)}0{dice.randint(1, 9)}1{dice.randint(0, 9)}"
        + digits(dice, 4),
        "mail": f"canary{digits(dice, 8)}@example.com",
        "wechat": f"wx_canary{digits(dice, 7)}",
        "address": f"198.51.{dice.randint(100, 250)}.{dice.randint(100, 250)}",
        "device mark": secrets.token_hex(16),
        "device serial": serial,
        "exact position": f"109.87{digits(dice, 9)}",
        "file name": f"IMG_{serial}",
    }
    free = person(dice)
    words = (
        SCENE.format(place=dice.choice(PLACES)) + dice.choice(NAME_FRAMES).format(n=free)
        + f"{name}看见的。电话{marks['phone in words']}，身份证{marks['identity card']}，邮箱{marks['mail']}，"
        f"微信{marks['wechat']}。第{number}件"
    )  # fmt: skip
    phone: Phone = make_phone(marks["address"], marks["device mark"])
    has_script = number % 4 != 3
    given = phone.new_pass() if has_script else ""
    picture = photo(number, serial=serial)
    values: dict[str, Any] = {
        "text": words, "contact_name": name, "contact_phone": marks["contact phone"],
        "longitude": marks["exact position"], "latitude": "31.0751234567", "accuracy_m": "12",
        "happened_note": f"每周六，{name}知道", "subject_name": "示例工作室",
    }  # fmt: skip
    if has_script:
        values["uploads"] = (phone.upload(picture, given),)
    else:
        values["files"] = (picture,)
    response = phone.send(given=given, **values)
    assert response.status_code == 200, response.content.decode()[:2000]
    marks["receipt code"] = receipt_in(response)
    add = {"code": marks["receipt code"], "text": f"我是{name}，再补充，电话{marks['phone in words']}。"}
    if number % 3 == 0:
        assert phone.client.post("/report/track/add/", add).status_code == 200
    return Planted(marks, free, marks["receipt code"])


def hits(planted: Iterable[Planted], place: str, blob: bytes) -> list[str]:
    """Which marks stand in `blob`, in sentences."""
    if not blob:
        return []
    found = []
    for item in planted:
        for kind, mark in item.marks.items():
            if mark.encode() in blob:
                found.append(f"{kind} at {place}")
    return found


def unpacked(body: bytes) -> bytes:
    """A sheet's text with its parts unpacked; anything else as it is."""
    if not body.startswith(b"PK\x03\x04"):
        return body
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def onward(link: str, path: str, slug: str) -> str:
    """Where a link on a page leads inside the bureau; of a query only the page of a list is kept."""
    parts = urlsplit(urljoin(f"/b/{slug}{path}", link))
    inside, page = strip(parts.path, slug), parse_qs(parts.query).get("page")
    return f"{inside}?page={page[0]}" if inside and page else inside


def reachable(
    get: Any, suffix: str, slug: str, most: Callable[[str], int], limit: int = 3000
) -> Iterator[tuple[str, bytes]]:
    """(address, headers and body) of every page, sheet and file that one person reaches by links.

    `most` says of how many addresses of a URL pattern.
    """
    queue = list(STARTS.get(suffix, ("/desk/", "/")))
    seen: set[str] = set()
    taken: dict[str, int] = defaultdict(int)
    while queue and len(seen) < limit:
        path = queue.pop(0)
        name = pattern_of(path.partition("?")[0])
        if path in seen or taken[name] >= most(name) or path.startswith(("/static/", "/accounts/logout")):
            continue
        seen.add(path)
        taken[name] += 1
        kind, body = get(path)
        yield path, body
        if "text/html" not in kind:
            continue
        text = body.decode(errors="replace")
        if "export=" in text and "?" not in path:
            for sheet in SHEETS:
                yield path + sheet, unpacked(get(path + sheet)[1])
        links = Links()
        links.feed(text)
        queue += sorted(found for link in links.found if (found := onward(link, path, slug)))
