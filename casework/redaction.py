"""Taking personal marks out of free text before handlers see it.

Numbers and addresses of fixed shape are found by pattern, whatever the way of writing the digits: full-width,
Chinese, spaced, dotted. Names in free prose are found by what stands around them (我叫、本人、联系人、……的家长);
how many that finds is measured by a test and printed, never promised.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

MASK = "〔已隐去〕"
# One character each, so that the shadow text in which patterns search keeps every position of the text shown.
DIGITS = {
    **{chr(0xFF10 + value): str(value) for value in range(10)},
    **dict(zip("〇零一二三四五六七八九", "00123456789", strict=True)),
    **dict(zip("壹贰叁肆伍陆柒捌玖", "123456789", strict=True)),
    **dict(zip("①②③④⑤⑥⑦⑧⑨⓪", "1234567890", strict=True)),
    **dict(zip("幺两", "12", strict=True)),
}
LETTERS = {chr(code): chr(code - 0xFEE0) for code in (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
MARKS = {"＠": "@", "．": ".", "－": "-", "＿": "_", "　": " ", "：": ":", "（": "(", "）": ")", "·": "·"}
SHADOW = str.maketrans({**DIGITS, **LETTERS, **MARKS})
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\ufe0f\u20e3]")
GAP = r"[\s\-—–_·.,，、*/]{0,3}"
CARD_MIN, CARD_MAX = 15, 19

MAIL = r"[A-Za-z0-9][A-Za-z0-9._%+-]*\s?(?:@|\(at\)|\[at\]|#at#)\s?[A-Za-z0-9-]+(?:\s?\.\s?[A-Za-z0-9-]+)+"
IDENTITY = rf"(?<!\d)[1-9](?:{GAP}\d){{16}}{GAP}[\dXx×](?![\dA-Za-z])"
OLD_IDENTITY = rf"(?<!\d)[1-9]\d{{5}}{GAP}\d{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{{3}}(?!\d)"
MOBILE = rf"(?<!\d)(?:(?:\+|00)?86{GAP})?1{GAP}[3-9](?:{GAP}\d){{9}}(?!\d)"
CARD = rf"(?<!\d)[1-9](?:{GAP}\d){{14,18}}(?!\d)"
LANDLINE = rf"(?<!\d)(?:\(?0\d{{2,3}}\)?{GAP})[2-8]\d{{2,3}}{GAP}\d{{4}}(?!\d)"
PLATE = (
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼黔使领]\s?[A-HJ-NP-Za-hj-np-z]\s?[·.\s]?\s?"
    r"(?:[A-HJ-NP-Za-hj-np-z0-9]\s?){4,5}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳]"
)
PASSPORT = r"(?<![A-Za-z0-9])(?:[EeGgDd][A-Za-z]?\d{7,8}|[HhMmCc]\d{8,10})(?!\d)"
CHAT_WORD = r"(?:微\s?信|薇\s?信|威信|v\s?信|V\s?信|扣\s?扣|weixin|wei\s?xin|wechat|we\s?chat|wx|vx|v\s?x|q\s?q|抖音|小红书|快手)"
CHAT = rf"(?i){CHAT_WORD}\s?(?:号码|号|id|账号|帐号)?\s*(?:[:是为同叫]|也是|就是)?\s*(?:[:])?\s*[A-Za-z0-9][A-Za-z0-9_-]{{4,29}}"
CHAT_AFTER = r"(?i)(?:加我|加v|加V|\+v|＋v|私我|找我)\s*[:]?\s*[A-Za-z0-9][A-Za-z0-9_-]{4,29}"
WXID = r"(?i)wxid[_-][a-z0-9_-]{6,30}"

SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤"
    "花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄"
    "米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万"
    "支柯昝管卢莫经房裘缪干解应宗丁宣邓郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊於惠甄曲家封芮羿储靳汲邴糜松井"
    "段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘钭厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从"
    "鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍却璩桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿"
    "阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚"
    "那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公佘商牟佟伯赏墨哈谯笪年爱阳言福肖闫覃仝付代涂苟尧"
)
DOUBLE_SURNAMES = (
    "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|司徒|夏侯|澹台|轩辕|端木|百里|南宫"
)
NAME = rf"(?:(?:{DOUBLE_SURNAMES})[\u4e00-\u9fff]{{1,2}}|[{SURNAMES}][\u4e00-\u9fff]{{1,2}}|[\u4e00-\u9fff]{{1,6}}·[\u4e00-\u9fff]{{1,6}})"
# What follows a surname in everyday words and is no given name.
NOT_A_NAME = (
    r"(?!学生|家长|业主|居民|老师|教师|附近|隔壁|一名|一个|住在|这里|小区|他们|你们|我们|本县|本市|这个|那个|对面|楼上|楼下|"
    r"高中|初中|小学|高三|高二|高一|初一|初二|初三|应该|都是|经常|曾经|后来|路过|时候|时间|明天|明明|全部|广场|通过|通知|"
    r"关于|相关|关心|任何|任课|管理|强制|强烈|解决|经过|成绩|平时|文化|文具|国家|方便|万元|万一|家里|家住|家教|白天|"
    r"公司|公开|公办|安全|包括|单独|计划|从来|支付|江边|山上|年级|游客|商场|商铺|东边|东门|巫山|向你|向您|于是|和他|和孩|和家|何时|康养)"
)
# Where a name may end: punctuation, or words that go on about the person.
NAME_ENDS = (
    r"(?=[，,。；;、！!？?\s()（）:：\"”』」…]|$|〔|的|是|在|说|家|同学|老师|今年|孩子|住|电话|手机|微信|"
    r"和|与|本人|身份|也|已|就|每|上|被|报|去|读|，|先生|女士|小朋友|爸|妈|我|她|他|想|要|因|现|于|从|向|[0-9A-Za-z])"
)
BEFORE = (
    r"我叫|我名叫|我名字叫|我的名字是|我的名字叫|我名字是|我姓名是?|姓名(?:叫|是)?|本人叫?|本人姓名是?|署名|落款|"
    r"(?:叫|喊|称呼)我|(?:别|不要)说是|"
    r"举报人(?:叫|是)?|反映人(?:叫|是)?|投诉人(?:叫|是)?|联系人(?:叫|是)?|家长(?:姓名|叫|名叫)?|"
    r"(?:我|咱|俺)?(?:家)?(?:的)?(?:孩子|小孩|娃儿|娃|儿子|女儿|闺女|孙子|孙女|外孙|外孙女|侄子|侄女|外甥|弟弟|妹妹)"
    r"(?:名字)?(?:名叫|叫做|叫|名字是|是)|"
    r"(?:我)?(?:老公|老婆|爱人|丈夫|妻子|父亲|母亲|爸爸|妈妈|爷爷|奶奶)(?:名叫|叫|是)|"
    r"学生(?:姓名|叫|名叫|是)|户主(?:是|叫)?|请找|请联系|可以找|可找|找我|收件人|付款人"
)
NAME_PATTERNS = (
    # 我叫韦晓岚；孩子叫……
    rf"(?:{BEFORE})\s*[:：]?\s*{NOT_A_NAME}(?P<name>{NAME}){NAME_ENDS}",
    # 我是韦晓岚，…… ；这里是……
    rf"(?:我是|我就是|我系|这里是)\s*{NOT_A_NAME}(?P<name>{NAME})(?=[，,。；;、！!\s]|$|的(?:家长|妈妈|爸爸|母亲|父亲|奶奶|爷爷|外婆|外公|姐姐|哥哥|邻居))",
    # 某某的家长、某某妈妈
    rf"(?:是|为|系)\s*(?:[\u4e00-\u9fff]{{0,8}}(?:班|校|小学|中学|年级)的?)?\s*{NOT_A_NAME}(?P<name>{NAME})(?:同学|小朋友)?的?(?:家长|妈妈|爸爸|母亲|父亲|奶奶|爷爷|外婆|外公|监护人)",
    # 班里的某某同学
    rf"(?<![\u4e00-\u9fff]){NOT_A_NAME}(?P<name>{NAME})(?:同学|小朋友)",
    rf"(?:班|班里|班上|级|学生|孩子)的?{NOT_A_NAME}(?P<name>{NAME})(?:同学|小朋友)",
    # 末尾署名：……。韦晓岚 139… / 韦晓岚〔已隐去〕
    rf"(?:^|[。！!；;，,\n\s])\s*{NOT_A_NAME}(?P<name>{NAME})\s*(?:[,，:：(（]?\s*(?:电话|手机|联系电话|手机号|微信|身份证号?)?\s*(?:是|:|：)?\s*)(?={MASK})",
    # 破折号后的署名；……敬上
    rf"——\s*{NOT_A_NAME}(?P<name>{NAME}){NAME_ENDS}",
    rf"(?<![\u4e00-\u9fff]){NOT_A_NAME}(?P<name>{NAME})\s*(?:敬上|谨上|敬启|亲笔|顿首|致上)",
    # 我儿子某某……（亲属称呼后直接跟姓名）
    rf"(?:我|咱|俺)(?:家)?的?(?:孩子|小孩|娃儿|娃|儿子|女儿|闺女|孙子|孙女|外孙女|外孙|侄子|侄女|外甥|弟弟|妹妹|老公|老婆|爱人|妈妈|爸爸|母亲|父亲){NOT_A_NAME}(?P<name>{NAME})(?=[，,。；;、！!\s(（]|$|[在去交读上被报也今已说跟和]|〔)",
    # 某某是我的孩子
    rf"(?:^|[，,。；;！!\s〕]){NOT_A_NAME}(?P<name>{NAME})(?=(?:是|就是)我(?:的|家)?)",
    # 末行只有姓名
    rf"(?:[。！!；;\n]|此致敬礼)\s*{NOT_A_NAME}(?P<name>{NAME})\s*(?:[敬谨]上|上|呈|家长|亲笔)?[。.]?\s*(?:\d{{4}}年.{{0,8}})?\s*$",
)  # fmt: skip
KNOWN_MIN = PLATE_DIGITS_MIN = 2


def _luhn(digits: str) -> bool:
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (1 if place % 2 == 0 else 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_card(found: str) -> bool:
    digits = "".join(char for char in found if char.isdecimal())
    # Numbers of bank cards begin with 3 to 6 or 9; others are long enough to be somebody's account as well.
    return CARD_MIN <= len(digits) <= CARD_MAX and (digits[0] in "34569" or _luhn(digits))


def _is_plate(found: str) -> bool:
    bare = re.sub(r"[\s·.]", "", found)[2:]
    return sum(char.isdecimal() for char in bare) >= PLATE_DIGITS_MIN


Check = Callable[[str], bool]
SHAPES: tuple[tuple[str, re.Pattern[str], Check | None], ...] = (
    ("邮箱", re.compile(MAIL), None),
    ("微信号", re.compile(WXID), None),
    ("身份证号", re.compile(IDENTITY), None),
    ("身份证号", re.compile(OLD_IDENTITY), None),
    ("银行卡号", re.compile(CARD), _is_card),
    ("手机号", re.compile(MOBILE), None),
    ("固定电话", re.compile(LANDLINE), None),
    ("QQ或微信号", re.compile(CHAT), None),
    ("QQ或微信号", re.compile(CHAT_AFTER), None),
    ("车牌号", re.compile(PLATE), _is_plate),
    ("证件号", re.compile(PASSPORT), None),
)
NAMES = tuple(re.compile(pattern) for pattern in NAME_PATTERNS)


@dataclass(frozen=True)
class Redacted:
    """The text that may be shown and the kinds of marks that were taken out."""

    text: str
    found: tuple[str, ...]


def redact(text: str, known: Iterable[str] = ()) -> Redacted:
    """`text` without telephone, identity, bank, plate, mail and chat marks, and without self-introductions.

    `known` are values that the reporter left as contact: they are taken out wherever they stand.
    """
    shown = INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    found: list[str] = []
    for value in known:
        shown, count = _known(shown, value)
        found += ["本人信息"] * bool(count)
    for label, pattern, check in SHAPES:
        shown, count = _masked(shown, pattern, check)
        found += [label] * bool(count)
    for pattern in NAMES:
        shown, count = _names(shown, pattern)
        found += ["姓名"] * bool(count)
    return Redacted(shown, tuple(dict.fromkeys(found)))


def _known(text: str, value: str) -> tuple[str, int]:
    bare = "".join(value.split())
    if len(bare) < KNOWN_MIN:
        return text, 0
    pattern = re.compile(r"\s?".join(map(re.escape, bare.translate(SHADOW))), re.IGNORECASE)
    return _masked(text, pattern, None)


def _masked(text: str, pattern: re.Pattern[str], check: Check | None) -> tuple[str, int]:
    """Search in the shadow (digits of every script as ASCII), cut in the text itself."""
    shadow = text.translate(SHADOW)
    parts, place, count = [], 0, 0
    for hit in pattern.finditer(shadow):
        if check is not None and not check(hit.group()):
            continue
        parts += [text[place : hit.start()], MASK]
        place, count = hit.end(), count + 1
    return "".join([*parts, text[place:]]), count


def _names(text: str, pattern: re.Pattern[str]) -> tuple[str, int]:
    parts, place, count = [], 0, 0
    for hit in pattern.finditer(text):
        start, end = hit.span("name")
        parts += [text[place:start], MASK]
        place, count = end, count + 1
    return "".join([*parts, text[place:]]), count
