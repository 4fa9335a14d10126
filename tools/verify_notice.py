"""`python verify_notice.py QR --keys keys.json [--revocations revocations.json]`: is this official document genuine?

For anybody who holds a paper and the two published files; see docs/verify.md. Plain Python 3.11 without any
package, without network and without this project: this file may be copied and read on its own. The signature
scheme is Ed25519 (RFC 8032); the arithmetic below follows its section 5.1 and refuses what it calls non-canonical.

Ends with 0 when the document is genuine and in force, with 1 when it is not, with 2 when a file cannot be read.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
CURVE_D = -121665 * pow(121666, PRIME - 2, PRIME) % PRIME
ROOT_OF_MINUS_ONE = pow(2, (PRIME - 1) // 4, PRIME)
BASE_Y = 4 * pow(5, PRIME - 2, PRIME) % PRIME
STATES = {"WITHDRAWN": "已撤回", "SUPERSEDED": "已被新文书代替"}

Point = tuple[int, int, int, int]


class Refused(Exception):
    """The document is not proven; the message says why."""


class Unreadable(Exception):
    """A file is not what it should be; the message says which one."""


@dataclass(frozen=True)
class Claim:
    """What the QR code says and its signature proves."""

    key_id: str
    code: str
    day: str
    digest: str

    @property
    def printed_code(self) -> str:
        """The code as it stands on the paper."""
        return "-".join(self.code[start : start + 4] for start in (0, 4, 8))

    @property
    def printed_day(self) -> str:
        """The day of issue, ISO."""
        return f"{self.day[:4]}-{self.day[4:6]}-{self.day[6:]}"


def add(one: Point, two: Point) -> Point:
    """Sum of two points in extended coordinates."""
    a = (one[1] - one[0]) * (two[1] - two[0]) % PRIME
    b = (one[1] + one[0]) * (two[1] + two[0]) % PRIME
    c = 2 * one[3] * two[3] * CURVE_D % PRIME
    d = 2 * one[2] * two[2] % PRIME
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME)


def times(factor: int, point: Point) -> Point:
    """A point added to itself `factor` times."""
    found: Point = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            found = add(found, point)
        point = add(point, point)
        factor >>= 1
    return found


def point_of(raw: bytes) -> Point | None:
    """The point that 32 bytes stand for; None when they stand for none."""
    number = int.from_bytes(raw, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= PRIME:
        return None
    square = (y * y - 1) * pow(CURVE_D * y * y + 1, PRIME - 2, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    if (x * x - square) % PRIME:
        x = x * ROOT_OF_MINUS_ONE % PRIME
    if (x * x - square) % PRIME or (x == 0 and sign):
        return None
    x = PRIME - x if x & 1 != sign else x
    return (x, y, 1, x * y % PRIME)


def is_signed(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether Ed25519 proves that the key's holder signed the message."""
    base = point_of(BASE_Y.to_bytes(32, "little"))
    if len(public_key) != 32 or len(signature) != 64 or base is None:
        return False
    key, first = point_of(public_key), point_of(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or first is None or scalar >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    left = times(scalar, base)
    right = add(first, times(int.from_bytes(digest, "little") % ORDER, key))
    is_same_x = (left[0] * right[2] - right[0] * left[2]) % PRIME == 0
    return is_same_x and (left[1] * right[2] - right[1] * left[2]) % PRIME == 0


def raw_of(text: str) -> bytes:
    """Bytes of base64url without padding. Raises Refused for any other spelling of the same bytes."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Refused("签名的写法不对，二维码不是本系统制发的。") from None
    if base64.urlsafe_b64encode(raw).decode().rstrip("=") != text:
        raise Refused("签名的写法不对，二维码不是本系统制发的。")
    return raw


def payload_of(scanned: str) -> str:
    """The signed part of what a QR code holds: an address, or the part itself."""
    asked = parse_qs(urlsplit(scanned.strip()).query).get("p")
    return asked[0] if asked else scanned.strip()


def keys_of(file: Any) -> dict[str, dict[str, Any]]:
    """Public keys by their id."""
    if not isinstance(file, dict) or file.get("format") != "document-keys/1":
        raise Unreadable("公钥文件的格式应为 document-keys/1，请重新下载 keys.json。")
    return {str(row["key_id"]): row for row in file["keys"]}


def signing_key(keys: dict[str, dict[str, Any]], key_id: str) -> bytes:
    """The bytes of a key that may still be trusted. Raises Refused."""
    row = keys.get(key_id)
    if row is None:
        raise Refused(f"公钥文件里没有密钥 {key_id}，请下载最新的 keys.json 再核验；仍然没有的，是伪造的。")
    if row.get("revoked_at"):
        raise Refused(f"密钥 {key_id} 已吊销，用它签名的文书须向制发机关核实。")
    raw = raw_of(str(row["public_key"]))
    if hashlib.sha256(raw).hexdigest() != row.get("sha256"):
        raise Unreadable(f"公钥文件里密钥 {key_id} 的指纹对不上，文件已损坏，请重新下载。")
    return raw


def claim_of(scanned: str, keys: dict[str, dict[str, Any]]) -> Claim:
    """What the QR code proves. Raises Refused when it proves nothing."""
    body, _, signature = payload_of(scanned).rpartition(".")
    parts = body.split(".")
    if len(parts) != 4 or not re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{12}", parts[1]):
        raise Refused("这不是本系统文书的二维码内容。请扫描文书上的二维码，粘贴完整网址。")
    if not is_signed(signing_key(keys, parts[0]), body.encode(), raw_of(signature)):
        raise Refused("签名不对，文书是伪造的，或者二维码内容被改动过。")
    return Claim(*parts)


def ended_state(claim: Claim, envelope: Any, keys: dict[str, dict[str, Any]]) -> tuple[str, str]:
    """(state or nothing, day of the list). Raises Refused when the list is forged or revokes the key."""
    if not isinstance(envelope, dict) or "signed" not in envelope:
        raise Unreadable("失效清单文件不完整，请重新下载 revocations.json。")
    text = str(envelope["signed"])
    key = signing_key(keys, str(envelope.get("key_id")))
    if not is_signed(key, text.encode(), raw_of(str(envelope.get("signature")))):
        raise Refused("失效清单的签名不对，不能采用，请从公开平台重新下载。")
    listed = json.loads(text)
    if any(row["key_id"] == claim.key_id for row in listed["keys"]):
        raise Refused(f"密钥 {claim.key_id} 已列入失效清单，用它签名的文书须向制发机关核实。")
    digest = hashlib.sha256(claim.code.encode()).hexdigest()
    states = {row["code_sha256"]: row["state"] for row in listed["documents"]}
    return states.get(digest, ""), str(listed["as_of"])


def verified(scanned: str, keys_file: Any, envelope: Any = None) -> list[str]:
    """Sentences about a genuine document in force. Raises Refused for any other, Unreadable for a bad file."""
    keys = keys_of(keys_file)
    claim = claim_of(scanned, keys)
    lines = [
        f"签名真实：由{keys_file.get('organ', '')}的密钥 {claim.key_id} 签发。",
        f"  核验码 {claim.printed_code}，制发日期 {claim.printed_day}（请与纸面核对）",
        f"  内容摘要 {claim.digest}",
    ]
    if envelope is None:
        return [*lines, "  没有提供失效清单，不能判断文书是否仍然有效。"]
    state, day = ended_state(claim, envelope, keys)
    if state:
        raise Refused(f"签名真实，但截至 {day} 的失效清单载明：{STATES.get(state, state)}，文书不再有效。")
    return [*lines, f"  截至 {day} 有效：不在失效清单内。"]


def opened(path: Path) -> Any:
    """A JSON file. Raises Unreadable."""
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise Unreadable(f"打不开文件 {path}：{error.strerror}。") from error
    except ValueError as error:
        raise Unreadable(f"{path} 不是完整的 JSON 文件，请重新下载。") from error


def main(arguments: list[str]) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description="只凭公布的文件核验一份文书的二维码，不联网、不用数据库。")
    parser.add_argument("scanned", metavar="QR", help="二维码里的完整网址，或其中 p= 之后的部分")
    parser.add_argument("--keys", type=Path, required=True, help="公开平台 /verify/keys.json")
    parser.add_argument("--revocations", type=Path, help="公开平台 /verify/revocations.json")
    given = parser.parse_args(arguments)
    try:
        envelope = opened(given.revocations) if given.revocations else None
        lines = verified(given.scanned, opened(given.keys), envelope)
    except Refused as refused:
        sys.stderr.write(f"未通过：{refused}\n")
        return 1
    except (Unreadable, KeyError, TypeError) as error:
        sys.stderr.write(f"{error if isinstance(error, Unreadable) else '文件内容不完整，请重新下载。'}\n")
        return 2
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
