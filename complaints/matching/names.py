"""Names of institutions and of people who teach, as reports give them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from institutions.search import core_name, full_pinyin, normalise

_PERSON_WORDS = "老师|教师|校长|女士|先生|阿姨|姐|哥|教练|主任|某某|某"
_WITH_WORD = re.compile(
    rf"(?:姓)?(?P<name>[\u4e00-\u9fff]{{1,3}}?)(?:姓|x{{1,2}}|\*{{1,2}}|○{{1,2}})?(?:{_PERSON_WORDS})+"
)
_SURNAMED = re.compile(r"姓(?P<name>[\u4e00-\u9fff])")
_KINDS = re.compile(
    r"(?:课后|校外|自习|家教|书屋|书院|书房|学习吧|吧|提高|提分|晚托|午托|托管|托教|辅导|补习|培优|提优|小饭桌|培训|教育|学习|咨询|作业|兴趣|文化|艺术|工作|服务|"
    r"家政|一对一|班|中心|室|部|点|站|屋|馆|坊|社|学堂|学校|机构|公司|有限|个体|店|课堂|课|处|家|里|的)+$"
)
_BRANCH = re.compile(r"[（(][^（）()]{0,12}店[）)]")
SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田"
    "任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文向冉覃牟谯"
)
_LEADING = re.compile(r"^(?:一家|一个|某个?|疑似|无名|那个|这个|小|叫|名为|名叫)+")
NAMELESS = frozenset(
    {
        "无名",
        "不详",
        "未知",
        "不知道",
        "个人",
        "私人",
        "家教",
        "老师",
        "补课",
        "托管",
        "培训",
        "辅导",
        "机构",
        "某机构",
        "没有招牌",
        "无招牌",
    }
)


@dataclass(frozen=True)
class Name:
    """`core` is what distinguishes a business name, `sound` its reading; `surname` and `given` are a person's."""

    core: str = ""
    sound: str = ""
    surname: str = ""
    given: str = ""


@lru_cache(maxsize=4096)
def sound_of(text: str) -> str:
    """The reading without tones; n and ng, l and n, flat and curled tongue fall together, as in the south-west."""
    read = full_pinyin(text)
    for long, short in (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n")):
        read = read.replace(long, short)
    return read


def name_of(text: str, places: Iterable[str] = ()) -> Name:
    """What a name says. Words that name nothing (无名, 某机构) give an empty name."""
    plain = normalise(_BRANCH.sub("", text))
    if not plain or plain in NAMELESS:
        return Name()
    person = _person(plain)
    if person is not None:
        return person
    core = _LEADING.sub("", core_name(plain, places))
    for _ in range(3):
        shorter = _KINDS.sub("", core)
        if shorter == core or len(shorter) < 2:
            break
        core = shorter
    if len(core) < 2 or core in NAMELESS:
        return Name()
    if core == plain and len(core) == 3 and core[0] in SURNAMES:
        return Name(surname=core[0], given=core[1:])
    return Name(core=core, sound=sound_of(core))


def _person(plain: str) -> Name | None:
    match = _WITH_WORD.match(_LEADING.sub("", plain)) or _SURNAMED.search(plain)
    if match is None or (match.group("name")[0] not in SURNAMES and len(match.group("name")) > 1):
        return None
    whole = match.group("name")
    return Name(surname=whole[0], given=whole[1:])
