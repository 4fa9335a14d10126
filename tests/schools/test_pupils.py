"""Pupils' names in free text: what is found, what is left alone, what leaves the house."""

from __future__ import annotations

import pytest

from casework import pupils
from casework.errors import Unlawful
from casework.redaction import MASK

NAMED = (
    ("我校李小明同学周末参加补习。", ("李小明",)),
    ("三年级学生张雨桐、王子涵和陈思远参加。", ("张雨桐", "王子涵", "陈思远")),
    ("约谈五（2）班的赵一诺，已停止。", ("赵一诺",)),
    ("欧阳子墨同学的家长已签字。", ("欧阳子墨",)),
    ("名单：\n刘梓萱 何俊杰 周可欣", ("刘梓萱", "何俊杰", "周可欣")),
    ("学生：孙浩然，未再参加。", ("孙浩然",)),
)
PLAIN = (
    "经核查，3 名学生周末参加学科类培训，已全部停止。",
    "已由班主任、分管副校长、校长分级约谈学生3人次、家长3人次。",
    "学生高度重视，家长表示支持；学校召开家长会。",
    "学生安全管理和作业管理同步加强，年级组每周统计。",
    "七年级学生2人、八年级学生1人参加。",
    "核查学生代码 A03、A07，均已停止。",
)


@pytest.mark.parametrize(("text", "names"), NAMED)
def test_names_are_found_and_masked(text: str, names: tuple[str, ...]) -> None:
    assert set(names) <= set(pupils.names_in(text))
    shown = pupils.masked(text)
    assert not [name for name in names if name in shown]
    assert MASK in shown


@pytest.mark.parametrize("text", PLAIN)
def test_counts_and_plain_words_pass(text: str) -> None:
    assert pupils.names_in(text) == ()
    assert pupils.masked(text) == text


def test_phone_numbers_do_not_leave_either() -> None:
    assert "13912345678" not in pupils.masked("家长电话13912345678。")


def test_a_person_may_say_that_it_is_no_name() -> None:
    text = "学生李白诗，照常活动。"
    with pytest.raises(Unlawful, match="学生姓名留在学校"):
        pupils.require_nameless(text, is_checked=False)
    pupils.require_nameless(text, is_checked=True)
