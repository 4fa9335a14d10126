"""The words of a clue: what a citizen, an operator of 12345, a monitor or an advertisement would write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from bench.clue_county import words
from bench.clue_county.model import Channel, ClueKind, Pattern, Site

WEEKDAYS = "一二三四五六日"
COMPLAINTS = {
    ClueKind.UNLICENSED: (
        "没有办学许可证，也没有营业执照，墙上什么都没挂",
        "无证开班，问老师要证照一直推脱",
        "门口没有招牌，里面摆满课桌，明显是无证办班",
    ),
    ClueKind.HOLIDAY_SUBJECT: (
        "双休日还在补{subject}，国家不是不让补吗",
        "{when}都在上{subject}课，孩子们一批一批进去",
        "寒暑假照样开{subject}班，一天两场",
    ),
    ClueKind.BEYOND_SYLLABUS: (
        "提前讲下学期的{subject}，超前超纲",
        "{grade}就在学后面的内容，{subject}教得太超前",
    ),
    ClueKind.LATE_HOURS: ("晚上{late}还没下课，影响孩子休息", "上课上到晚上{late}，楼道里吵得很"),
    ClueKind.DISGUISED: (
        "打着{cover}的名义，实际在教{subject}",
        "对外说是{cover}，其实就是补课班，主要补{subject}",
        "名义上做{cover}，进去以后老师在黑板上讲{subject}",
    ),
    ClueKind.NON_SUBJECT_TEACHES_SUBJECT: (
        "本来是教画画的，现在偷偷加了{subject}课",
        "艺术类的机构开{subject}提高班",
    ),
    ClueKind.PRESCHOOL_SUBJECT: (
        "给学前的小朋友上{subject}，搞幼小衔接",
        "幼儿园大班的孩子就在里面学{subject}写作业",
    ),
    ClueKind.OVERCHARGE: ("一次性收了{fee}元，要交一年的", "一学期收{fee}元，还不给开发票"),
    ClueKind.REFUND: (
        "交了{fee}元，上了几次就不想上了，老师不肯退钱",
        "说好不满意可以退，现在{fee}元一分不退",
    ),
}
DETAILS = (
    "每次大概有{heads}个孩子",
    "大多是{grade}的学生",
    "{when}{hours}人最多",
    "家长接送把路口都堵了",
    "窗帘一直拉着",
    "楼道里堆满书包和鞋子，消防通道也堵了",
    "已经办了好几个月",
    "听说老师是在职的",
    "按小时收费，每小时{hourly}元",
    "群里天天发招生信息",
)
CITIZENS = {Channel.SNAPSHOT, Channel.HOTLINE_12345, Channel.PHONE, Channel.MAILBOX}
REQUESTS = ("请尽快查处。", "希望有关部门管一管。", "请核实处理。", "望取缔。", "麻烦你们去看看。", "", "")
OPENERS: dict[Channel, tuple[str, ...]] = {
    Channel.SNAPSHOT: ("", "", "我要举报，", "反映一个情况：", "你好，"),
    Channel.HOTLINE_12345: ("市民来电反映：", "来电人反映，", "【12345】诉求人称："),
    Channel.PHONE: ("群众来电：", "电话反映，"),
    Channel.MAILBOX: ("领导您好，", "尊敬的局长：您好！", "写信反映："),
    Channel.MONITOR: ("巡查发现，", "社会监督员巡查："),
    Channel.GRID: ("网格员上报：", "日常走访发现，"),
    Channel.SCHOOL: ("班主任了解到，有学生在外补课，", "家访时得知，"),
    Channel.DEPARTMENT: ("联合检查中发现，", "移送线索："),
    Channel.MEDIA: ("读者来信称，", "网帖反映："),
}
PLACE_PHRASES = ("在{place}，", "地点：{place}。", "{place}这里，", "就在{place}，", "位于{place}，")
NAME_PHRASES = ("叫{name}，", "名称是“{name}”，", "门口写着{name}，", "是{name}办的，")
PHONE_PHRASES = ("广告上的电话是{phone}，", "招生电话{phone}，", "联系方式：{phone}，")
HOMES = ("我家住{home}，每天路过，", "我是{home}的业主，", "本人住{home}，孩子同学在那里上，")
AD_LINES = (
    "【{season}招生】{grade}{subject}小班开课，{heads}人封顶",
    "{subject}提分班火热报名！{when}{hours}上课",
    "专业{cover}，包接送、包作业、{subject}辅导",
    "名师一对一，{subject}同步提高，先试听后交费",
)
SPAM_TEXTS = (
    "这家黑机构违规补课、乱收费、老师无证上岗、消防不合格，家长投诉无门，请教育局严肃查处并公开答复，否则将继续向上反映！",
    "实名举报！该处长期违规开展学科类培训，周末假期不停课，收费不开票，存在重大安全隐患，请立即关停！",
    "【举报】此处无证办学，聘请在职教师有偿补课，影响极坏，强烈要求取缔，并给予举报人奖励。",
    "校外培训机构违反双减政策，周末节假日补课，收费畸高，退费困难，望相关部门尽快核查处理，谢谢。",
)


@dataclass(frozen=True)
class Told:
    """What a text mentions beside the complaint; an empty string is left out."""

    place: str = ""
    name: str = ""
    phone: str = ""
    home: str = ""
    reporter_phone: str = ""


class Prose:
    """Writes texts."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def text(self, channel: Channel, kind: ClueKind, site: Site, told: Told) -> str:
        """A text in the voice of its channel."""
        if channel is Channel.AD:
            return self._advertisement(site, told)
        random = self.random
        parts = [random.choice(OPENERS[channel])]
        if told.home:
            parts.append(random.choice(HOMES).format(home=told.home))
        if told.place:
            parts.append(random.choice(PLACE_PHRASES).format(place=told.place))
        if told.name:
            parts.append(random.choice(NAME_PHRASES).format(name=told.name))
        parts.append(self._fill(random.choice(COMPLAINTS[kind]), site) + "，")
        for detail in random.sample(DETAILS, random.choice((0, 1, 1, 2, 3))):
            parts.append(self._fill(detail, site) + "，")
        if told.phone:
            parts.append(random.choice(PHONE_PHRASES).format(phone=told.phone))
        text = "".join(parts).rstrip("，") + "。" + random.choice(REQUESTS if channel in CITIZENS else ("",))
        if told.reporter_phone:
            text += f"我的电话{told.reporter_phone}，请回复。"
        return text

    def spam(self, reporter_phone: str) -> str:
        """A text that is sent about many places and says nothing of any."""
        text = self.random.choice(SPAM_TEXTS)
        return f"{text}联系电话：{reporter_phone}" if reporter_phone else text

    def _advertisement(self, site: Site, told: Told) -> str:
        parts = [self._fill(self.random.choice(AD_LINES), site)]
        parts += [f"{label}{value}" for label, value in self._lines(told) if value]
        return "朋友圈广告截图文字：" + "；".join(parts) + "。"

    def _lines(self, told: Told) -> list[tuple[str, str]]:
        return [("", told.name), ("地址：", told.place), ("咨询电话：", told.phone)]

    def _fill(self, template: str, site: Site) -> str:
        random = self.random
        makers: dict[str, Callable[[], object]] = {
            "subject": lambda: site.subject if random.random() < 0.8 else random.choice(words.SUBJECTS),
            "cover": lambda: site.cover if random.random() < 0.8 else random.choice(words.COVERS),
            "grade": lambda: random.choice(words.GRADES),
            "when": lambda: days_in_words(site.pattern),
            "hours": lambda: f"{site.pattern.hour_from}点到{site.pattern.hour_to}点",
            "late": lambda: random.choice(("九点", "九点半", "十点", "21:30")),
            "fee": lambda: random.choice((680, 1200, 1980, 2800, 3600, 5800, 8600)),
            "heads": lambda: random.randint(3, 40),
            "hourly": lambda: random.choice((50, 80, 100, 120, 150)),
            "season": lambda: random.choice(("寒假", "暑假", "春季", "秋季")),
        }
        return template.format(**{key: maker() for key, maker in makers.items()})


def days_in_words(pattern: Pattern) -> str:
    """周末, 周一到周五, 周五、周六、周日."""
    if pattern.weekdays == (5, 6):
        return "周末"
    if len(pattern.weekdays) == 5:
        return "周一到周五"
    return "、".join(f"周{WEEKDAYS[day]}" for day in pattern.weekdays)
