"""Sentences with planted personal marks, made apart from the patterns that should find them.

Each sample is a text with the marks that must not be left in it. Marks of fixed shape (telephone, identity card,
mail, chat, bank card, plate) are written in the ways people write them; names stand in free prose. `SEEDS` were
used while the patterns were made, `HELD_OUT` only to measure.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

SEEDS, HELD_OUT = range(1, 6), range(9001, 9009)
CHINESE, BANKERS = "〇一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖"
FAMILY = (
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪"
    "戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚"
)
FAMILY_TWO = ("欧阳", "司马", "上官", "诸葛", "慕容")
GIVEN = (
    "子涵", "梓萱", "雨桐", "浩然", "思远", "晓岚", "建国", "秀英", "丽华", "志强", "文静", "俊杰", "欣怡", "宇轩", "诗涵",
    "佳琪", "明", "芳", "伟", "敏", "静", "磊", "洋", "勇", "艳", "杰", "娟", "涛", "超", "霞", "一诺", "沐辰", "可欣", "小满",
)  # fmt: skip
SCENES = (
    "他们在{place}三楼办班，周末上课，收费一学期六千八百元。",
    "{place}二单元晚上有二十多个学生补数学。",
    "老师在群里说九点到十一点上课，一共十五次。",
    "门口没有牌子，窗户贴了纸，每次交一千二百元。",
    "传单上写着“小升初冲刺”，2026年11月开的班。",
)
PLACES = (
    "龙门街道江景小区5栋",
    "高唐街道示例大厦",
    "南峰小学对面的门面",
    "平湖西路217号",
    "祥云小区二单元1201",
)
NUMBER_FRAMES = (
    "电话{m}",
    "我的手机是{m}，请回电。",
    "有事打{m}",
    "联系方式：{m}。",
    "手机号 {m} 别告诉别人",
    "{m}",
)
NAME_FRAMES = (
    "我叫{n}，", "我是{n}，住在附近。", "本人{n}，", "我是三年级二班{n}的家长，", "孩子叫{n}，上五年级。",
    "我女儿叫{n}，在那里补课。", "联系人：{n}。", "举报人{n}", "我是{n}妈妈。", "我家娃{n}去年在那里上课。",
    "班里的{n}同学也在。", "署名：{n}", "请联系{n}", "此致敬礼\n{n}", "我姓名{n}，", "我老公叫{n}，",
    "我儿子{n}交了六千。", "别说是{n}讲的。", "{n}是我的孩子。", "大家都叫我{n}。", "——{n}", "{n} 敬上",
)  # fmt: skip
# Never looked at while the patterns were made: what free prose is really like.
NAME_FRAMES_HELD_OUT = (
    "我家那个{n}学了半年。", "孩子（{n}）今年十岁。", "有问题找三单元的{n}。", "您就说{n}让来的。", "学生姓名：{n}，",
    "家里老人{n}接送。", "{n}，龙门街道居民。", "我跟{n}一起去交的钱。", "缴费人写的是{n}。", "收据上写着{n}的名字。",
    "本人姓名：{n}。", "我就是{n}。", "我女儿{n}今年三年级。", "联系我：{n}，", "{n}的妈妈反映。",
)  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """A text and the marks in it: of fixed shape, and names."""

    text: str
    shapes: tuple[str, ...]
    names: tuple[str, ...]


def samples(seed: int, count: int = 250, frames: tuple[str, ...] = NAME_FRAMES) -> Iterator[Sample]:
    """`count` samples of one seed."""
    dice = random.Random(seed)
    for _ in range(count):
        marks, names = [], []
        parts = [dice.choice(SCENES).format(place=dice.choice(PLACES))]
        for _ in range(dice.randint(1, 2)):
            mark = dice.choice(MAKERS)(dice)
            marks.append(mark)
            parts.append(dice.choice(NUMBER_FRAMES).format(m=mark))
        if dice.random() < 0.7:
            name = person(dice)
            names.append(name)
            parts.append(dice.choice(frames).format(n=name))
        dice.shuffle(parts)
        yield Sample(
            "".join(part if part[-1] in "。，\n" else part + "。" for part in parts),
            tuple(marks),
            tuple(names),
        )


def person(dice: random.Random) -> str:
    family = dice.choice(FAMILY_TWO) if dice.random() < 0.04 else dice.choice(FAMILY)
    return family + dice.choice(GIVEN)


def digits(dice: random.Random, count: int) -> str:
    return "".join(dice.choice("0123456789") for _ in range(count))


def wide(number: str) -> str:
    return "".join(chr(0xFF10 + int(char)) if char.isdecimal() else char for char in number)


def in_chinese(number: str, signs: str = CHINESE, step: int = 1) -> str:
    return "".join(
        signs[int(char)] if char.isdecimal() and at % step == 0 else char for at, char in enumerate(number)
    )


WAYS = (
    str,
    wide,
    in_chinese,
    lambda number: in_chinese(number, BANKERS),
    " ".join,
    lambda number: "-".join([number[:3], number[3:7], number[7:]]),
    lambda number: " ".join(number[at : at + 4] for at in range(0, len(number), 4)),
    lambda number: "·".join([number[:3], number[3:7], number[7:]]),
    lambda number: in_chinese(number, step=3).replace("一", "幺"),
)


def written(dice: random.Random, number: str) -> str:
    """A number as people write it."""
    return dice.choice(WAYS)(number)


def mobile(dice: random.Random) -> str:
    number = "1" + dice.choice("3456789") + digits(dice, 9)
    return dice.choice(("", "", "", "+86 ", "86-")) + written(dice, number)


def identity(dice: random.Random) -> str:
    born = f"{dice.randint(1950, 2018)}{dice.randint(1, 12):02d}{dice.randint(1, 28):02d}"
    return written(dice, f"500237{born}{digits(dice, 3)}{dice.choice('0123456789X')}")


def card(dice: random.Random) -> str:
    return written(
        dice, dice.choice(("6222", "6217", "6228", "4367", "9558")) + digits(dice, dice.choice((12, 15)))
    )


def landline(dice: random.Random) -> str:
    number = dice.choice(("5", "6", "7", "8")) + digits(dice, 7)
    return dice.choice((f"023-{number}", f"(023){number}", f"023 {number}", f"０２３－{number}"))


def mail(dice: random.Random) -> str:
    name = "".join(dice.choice("abcdefghkmnprstuvwxyz") for _ in range(6)) + digits(dice, 3)
    host = dice.choice(("qq.com", "163.com", "126.com", "outlook.com", "mail.example.com.cn"))
    wide = f"{name}@{host}".translate(
        {ord(char): ord(char) + 0xFEE0 for char in "@.abcdefghijklmnopqrstuvwxyz"}
    )
    return dice.choice(
        (f"{name}@{host}", f"{name.upper()}@{host}", f"{name} @ {host}", f"{name}＠{host}", wide)
    )


def wechat(dice: random.Random) -> str:
    account = (
        dice.choice("abcdefgxyz")
        + "".join(dice.choice("abcdefghkmn_-0123456789") for _ in range(dice.randint(5, 12)))
        + "7"
    )
    word = dice.choice(
        ("微信", "微信号", "微信：", "微信号是", "VX", "wx:", "薇信 ", "V信：", "wechat ", "加我", "vx号 ")
    )
    return dice.choice((word + account, "wxid_" + account.replace("-", "") + "abc"))


def qq(dice: random.Random) -> str:
    return (
        dice.choice(("QQ", "QQ号：", "qq ", "扣扣"))
        + dice.choice("123456789")
        + digits(dice, dice.randint(6, 9))
    )


def plate(dice: random.Random) -> str:
    tail = digits(dice, 2) + dice.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") + digits(dice, 2)
    green = dice.choice("DF") + digits(dice, 5)
    area = dice.choice("渝川鄂湘黔京粤") + dice.choice("ABCFGH")
    return area + dice.choice(("", "·", " ")) + dice.choice((tail, green, digits(dice, 5)))


MAKERS = (mobile, mobile, identity, card, landline, mail, wechat, qq, plate)
