"""Password rules beyond Django's."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError


class MixedCharactersValidator:
    """At least three of: lower case, upper case, digit, sign (GB/T 22239-2019 password complexity)."""

    kinds = (r"[a-z]", r"[A-Z]", r"\d", r"[^a-zA-Z0-9]")

    def validate(self, password: str, user: object = None) -> None:
        if sum(bool(re.search(kind, password)) for kind in self.kinds) < 3:
            raise ValidationError(self.get_help_text(), code="password_not_mixed")

    def get_help_text(self) -> str:
        return "密码须包含大写字母、小写字母、数字、符号中的至少三种。"
