"""The stand-alone checker of documents: agrees with a real Ed25519 library, refuses everything else in plain words."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from casework.documents.signing import base64url
from tools import verify_notice as alone

CODE = "AB12CD34EF56"


class Bureau:
    """A key with the two files that a bureau publishes."""

    def __init__(self) -> None:
        self.private = Ed25519PrivateKey.generate()
        raw = self.private.public_key().public_bytes_raw()
        self.key: dict[str, Any] = {
            "key_id": "a1b2c3",
            "public_key": base64url(raw),
            "sha256": hashlib.sha256(raw).hexdigest(),
            "revoked_at": None,
        }
        self.documents: list[dict[str, str]] = []
        self.revoked: list[dict[str, str]] = []

    @property
    def keys(self) -> dict[str, Any]:
        """keys.json."""
        return {"format": "document-keys/1", "organ": "示例县教育委员会", "keys": [self.key]}

    def signed(self, text: str) -> str:
        """A signature as published."""
        return base64url(self.private.sign(text.encode()))

    def payload(self, code: str = CODE) -> str:
        """What the QR code holds after `?p=`."""
        body = f"a1b2c3.{code}.20261128.{base64url(bytes(range(16)))}"
        return f"{body}.{self.signed(body)}"

    def envelope(self) -> dict[str, str]:
        """revocations.json."""
        text = json.dumps({"as_of": "2026-11-28", "documents": self.documents, "keys": self.revoked})
        return {"signed": text, "key_id": "a1b2c3", "signature": self.signed(text)}


@pytest.fixture
def bureau() -> Bureau:
    """One bureau."""
    return Bureau()


def test_the_arithmetic_agrees_with_a_library() -> None:
    for length in (0, 1, 31, 64, 200):
        private, message = Ed25519PrivateKey.generate(), os.urandom(length)
        key, signature = private.public_key().public_bytes_raw(), private.sign(message)
        assert alone.is_signed(key, message, signature)
        assert not alone.is_signed(key, message + b"x", signature)
        assert not alone.is_signed(key[::-1], message, signature)
        again = int.from_bytes(signature[32:], "little") + alone.ORDER
        assert not alone.is_signed(key, message, signature[:32] + again.to_bytes(32, "little"))


def test_a_known_vector_of_the_standard() -> None:
    key = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert alone.is_signed(key, b"\x72", signature)


def test_a_genuine_document_in_force(bureau: Bureau) -> None:
    address = f"https://example.test/verify/AB12-CD34-EF56/?p={bureau.payload()}"
    told = "\n".join(alone.verified(address, bureau.keys, bureau.envelope()))
    assert "签名真实" in told
    assert "AB12-CD34-EF56" in told
    assert "截至 2026-11-28 有效" in told
    assert "不能判断" in "\n".join(alone.verified(bureau.payload(), bureau.keys))


def test_what_is_not_proven_is_refused(bureau: Bureau) -> None:
    genuine = bureau.payload()
    with pytest.raises(alone.Refused, match="签名不对"):
        alone.verified(genuine.replace("20261128", "20251128"), bureau.keys)
    with pytest.raises(alone.Refused, match="没有密钥"):
        alone.verified(genuine.replace("a1b2c3", "ffffff"), bureau.keys)
    for odd in ("", "AB12-CD34-EF56", "a.b.c.d.e", genuine + "=="):
        with pytest.raises(alone.Refused):
            alone.verified(odd, bureau.keys)
    with pytest.raises(alone.Refused, match="失效清单的签名不对"):
        alone.verified(genuine, bureau.keys, bureau.envelope() | {"signed": "{}"})


def test_withdrawn_documents_and_revoked_keys(bureau: Bureau) -> None:
    digest = hashlib.sha256(CODE.encode()).hexdigest()
    bureau.documents = [{"code_sha256": digest, "state": "WITHDRAWN", "since": "2026-11-20"}]
    with pytest.raises(alone.Refused, match="已撤回"):
        alone.verified(bureau.payload(), bureau.keys, bureau.envelope())
    bureau.documents, bureau.revoked = [], [{"key_id": "a1b2c3", "since": "2026-11-20", "reason": "泄露"}]
    with pytest.raises(alone.Refused, match="列入失效清单"):
        alone.verified(bureau.payload(), bureau.keys, bureau.envelope())
    bureau.key["revoked_at"] = "2026-11-20T09:00:00+08:00"
    with pytest.raises(alone.Refused, match="已吊销"):
        alone.verified(bureau.payload(), bureau.keys)


def test_the_file_runs_alone(bureau: Bureau, tmp_path: Path) -> None:
    script = tmp_path / "verify_notice.py"
    script.write_bytes(Path(alone.__file__).read_bytes())
    (tmp_path / "keys.json").write_text(json.dumps(bureau.keys), encoding="utf-8")
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")

    def run(scanned: str, keys: str) -> int:
        command = [sys.executable, "-I", "-S", str(script), scanned, "--keys", keys]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode

    assert run(bureau.payload(), "keys.json") == 0
    assert run(bureau.payload("ZZZZZZZZZZZZ") + "A", "keys.json") == 1
    assert run(bureau.payload(), "broken.json") == 2
    assert run(bureau.payload(), "nowhere.json") == 2
