"""A document as JSON values and back."""

from __future__ import annotations

import dataclasses
import json
from types import UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from casework.typesetting.content.blocks import BLOCK_TYPES
from casework.typesetting.content.document import DocumentContent
from casework.typesetting.content.words import ContentError, clean_text


def to_dict(content: DocumentContent) -> dict[str, Any]:
    """The source as plain JSON values; every block carries its `kind`."""
    return cast("dict[str, Any]", _encode(content))


def to_json(content: DocumentContent) -> str:
    """The source as canonical JSON text: the same content always gives the same bytes."""
    return json.dumps(to_dict(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_dict(data: dict[str, Any]) -> DocumentContent:
    """Rebuild a source from JSON values and check it."""
    return cast("DocumentContent", _decode(DocumentContent, data, "文书"))


def from_json(text: str) -> DocumentContent:
    """Rebuild a source from its JSON text."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise ContentError("文书内容不是有效的 JSON，请重新生成文书。") from error
    return from_dict(data)


def cleaned(content: DocumentContent) -> DocumentContent:
    """The same document with every text freed of characters that print nothing."""
    return from_dict(cast("dict[str, Any]", _clean(to_dict(content))))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {key: _clean(item) for key, item in value.items()}
    return [_clean(item) for item in value] if isinstance(value, list) else value


def _encode(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: _encode(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"kind": value.kind, **fields} if hasattr(value, "kind") else fields
    return [_encode(item) for item in value] if isinstance(value, tuple) else value


def _decode(expected: Any, value: Any, path: str) -> Any:
    origin = get_origin(expected)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise ContentError(f"{path} 应为列表，请重新生成文书。")
        return tuple(_decode(get_args(expected)[0], item, f"{path}[{no}]") for no, item in enumerate(value))
    if origin in {UnionType, Union}:
        return _decode_union(expected, value, path)
    if dataclasses.is_dataclass(expected):
        return _decode_dataclass(cast("type[Any]", expected), value, path)
    return _decode_plain(expected, value, path)


def _decode_union(expected: Any, value: Any, path: str) -> Any:
    if type(None) in get_args(expected):
        return None if value is None else _decode(get_args(expected)[0], value, path)
    kind = value.get("kind") if isinstance(value, dict) else None
    if kind not in BLOCK_TYPES:
        raise ContentError(f"{path} 的类型“{kind}”不存在，请重新生成文书。")
    return _decode_dataclass(BLOCK_TYPES[kind], value, path)


_resolved: dict[type[Any], dict[str, Any]] = {}


def _hints(expected: type[Any]) -> dict[str, Any]:
    """Resolved field types; resolving them anew for every cell of a long table takes seconds."""
    if expected not in _resolved:
        _resolved[expected] = get_type_hints(expected)
    return _resolved[expected]


def _decode_dataclass(expected: type[Any], value: Any, path: str) -> Any:
    if not isinstance(value, dict):
        raise ContentError(f"{path} 应为对象，请重新生成文书。")
    hints = _hints(expected)
    names = {field.name for field in dataclasses.fields(expected)}
    unknown = set(value) - names - {"kind"}
    if unknown:
        raise ContentError(f"{path} 含有无法识别的项：{'、'.join(sorted(unknown))}。请删除后重试。")
    try:
        return expected(
            **{name: _decode(hints[name], value[name], f"{path}.{name}") for name in names if name in value}
        )
    except TypeError as error:
        raise ContentError(f"{path} 缺少必需的项，请补全后重试。") from error


def _decode_plain(expected: Any, value: Any, path: str) -> Any:
    if get_origin(expected) is Literal:
        if value not in get_args(expected):
            raise ContentError(f"{path} 的取值“{value}”不存在，请重新生成文书。")
        return value
    if expected is float and type(value) is int:
        return float(value)
    if type(value) is not expected:
        raise ContentError(f"{path} 的数据类型不正确，请重新生成文书。")
    return value
