"""Closed lists of this room."""

from __future__ import annotations

from django.db import models


class CaseKind(models.TextChoices):
    """By which procedure a case runs (行政处罚法 第五章)."""

    ORDINARY = "ORDINARY", "普通程序"
    SIMPLE = "SIMPLE", "简易程序"


class CaseStatus(models.TextChoices):
    """Where a case stands, from the clue to the archive."""

    DRAFT = "DRAFT", "起草"
    SUBMITTED = "SUBMITTED", "待批准立案"
    REFUSED = "REFUSED", "不予立案"
    FILED = "FILED", "调查取证"
    ENDED = "ENDED", "调查终结"
    NOTIFIED = "NOTIFIED", "已事先告知"
    DECIDED = "DECIDED", "已决定，待送达"
    SERVED = "SERVED", "已送达，待履行"
    PERFORMED = "PERFORMED", "已履行"
    URGED = "URGED", "已催告"
    IN_COURT = "IN_COURT", "已申请强制执行"
    TRANSFERRED = "TRANSFERRED", "已移送"
    WITHDRAWN = "WITHDRAWN", "已撤销立案"
    CLOSED = "CLOSED", "已结案"
    ARCHIVED = "ARCHIVED", "已归档"


class SourceKind(models.TextChoices):
    """Where a case comes from. The reporter of a clue is never copied, only the clue's number."""

    INSPECTION = "INSPECTION", "检查发现"
    ESCALATION = "ESCALATION", "逾期未整改升级"
    CLUE = "CLUE", "投诉举报线索"
    TRANSFER = "TRANSFER", "其他机关移送"
    SUPERIOR = "SUPERIOR", "上级交办"
    MEDIA = "MEDIA", "媒体报道"
    OTHER = "OTHER", "其他"


class PartyKind(models.TextChoices):
    """相对人类别."""

    ORGANISATION = "ORGANISATION", "法人及非法人组织"
    SOLE_TRADER = "SOLE_TRADER", "个体工商户"
    PERSON = "PERSON", "自然人"


class Seriousness(models.TextChoices):
    """The grades that the rules on penalties tell apart."""

    GENERAL = "GENERAL", "一般"
    SERIOUS = "SERIOUS", "情节严重"
    EXTREME = "EXTREME", "情节特别严重"


class FirstOffence(models.TextChoices):
    """Whether 首违不罚 and 轻微不罚 were weighed (行政处罚法 第三十三条), and with what answer."""

    UNWEIGHED = "UNWEIGHED", "尚未审查"
    NOT_APPLIES = "NOT_APPLIES", "经审查不适用不予处罚"
    APPLIES = "APPLIES", "符合不予处罚情形"


class Outcome(models.TextChoices):
    """How a case was decided (行政处罚法 第五十七条)."""

    PENALTY = "PENALTY", "给予行政处罚"
    NO_PENALTY = "NO_PENALTY", "不予行政处罚"


class NoPenaltyGround(models.TextChoices):
    """Why nobody is punished (行政处罚法 第三十、三十一、三十三、三十六、五十七条)."""

    MINOR = "MINOR", "违法行为轻微并及时改正，没有造成危害后果"
    FIRST = "FIRST", "初次违法且危害后果轻微并及时改正"
    NO_FAULT = "NO_FAULT", "有证据足以证明没有主观过错"
    UNFOUNDED = "UNFOUNDED", "违法事实不能成立"
    UNDER_AGE = "UNDER_AGE", "不满十四周岁"
    LIMITATION = "LIMITATION", "超过处罚时效"


class Factor(models.TextChoices):
    """What makes a penalty heavier (教育部令第53号 第十六条) or lighter (行政处罚法 第三十、三十二条)."""

    REPEAT = "REPEAT", "从重：两年内被处理后再次违法"
    HARM = "HARM", "从重：危害严重、社会影响恶劣"
    EMERGENCY = "EMERGENCY", "从重：同时违反突发事件应对措施"
    EVIDENCE = "EVIDENCE", "从重：伪造、涂改、转移、销毁证据"
    OBSTRUCTION = "OBSTRUCTION", "从重：拒绝、阻碍或者暴力威胁执法人员"
    TEACHER = "TEACHER", "从重：在职中小学教师开展学科类培训"
    SELF_REMEDY = "SELF_REMEDY", "从轻：主动消除或者减轻危害后果"
    COERCED = "COERCED", "从轻：受他人胁迫或者诱骗"
    VOLUNTEERED = "VOLUNTEERED", "从轻：主动供述尚未掌握的违法行为"
    MERIT = "MERIT", "从轻：配合查处有立功表现"
    MINOR_PARTY = "MINOR_PARTY", "从轻：已满十四周岁不满十八周岁"


class MeasureKind(models.TextChoices):
    """Kinds of penalty (教育部令第53号 第五条). Corrective orders are not among them."""

    WARNING = "WARNING", "警告"
    CRITICISM = "CRITICISM", "通报批评"
    FINE = "FINE", "罚款"
    CONFISCATION = "CONFISCATION", "没收违法所得"
    STOP_ENROLMENT = "STOP_ENROLMENT", "责令停止招收学员"
    STOP_RUNNING = "STOP_RUNNING", "责令停止举办"
    REVOCATION = "REVOCATION", "吊销许可证件"
    BAR = "BAR", "限制从业"


class MeasureStage(models.TextChoices):
    """At which point of the case a measure was written down; later points copy it and stay."""

    PROPOSED = "PROPOSED", "拟处罚"
    TOLD = "TOLD", "已告知"
    DECIDED = "DECIDED", "已决定"


class EvidenceKind(models.TextChoices):
    """The eight kinds of evidence (行政处罚法 第四十六条)."""

    DOCUMENTARY = "DOCUMENTARY", "书证"
    PHYSICAL = "PHYSICAL", "物证"
    AUDIO_VISUAL = "AUDIO_VISUAL", "视听资料"
    ELECTRONIC = "ELECTRONIC", "电子数据"
    WITNESS = "WITNESS", "证人证言"
    PARTY = "PARTY", "当事人的陈述"
    EXPERT = "EXPERT", "鉴定意见"
    SITE_RECORD = "SITE_RECORD", "勘验笔录、现场笔录"


class SignState(models.TextChoices):
    """Whether a record was signed."""

    PENDING = "PENDING", "未签字"
    SIGNED = "SIGNED", "逐页签字"
    REFUSED = "REFUSED", "拒绝签字"


class HoldStatus(models.TextChoices):
    """先行登记保存 of evidence."""

    REQUESTED = "REQUESTED", "待批准"
    HELD = "HELD", "保存中"
    SETTLED = "SETTLED", "已处理"
    REFUSED = "REFUSED", "未批准"


class HoldOutcome(models.TextChoices):
    """What was decided about held evidence."""

    RETURNED = "RETURNED", "解除保存，退还"
    COPIED = "COPIED", "复制、拍照后退还"
    EXAMINED = "EXAMINED", "送交鉴定"
    TRANSFERRED = "TRANSFERRED", "移送有关机关"
    CONFISCATED = "CONFISCATED", "依法没收"


class RecusalStatus(models.TextChoices):
    """An application that an officer stand aside."""

    OPEN = "OPEN", "待决定"
    GRANTED = "GRANTED", "准予回避"
    REFUSED = "REFUSED", "驳回申请"


class ReviewStatus(models.TextChoices):
    """法制审核."""

    OPEN = "OPEN", "待审核"
    PASSED = "PASSED", "审核通过"
    RETURNED = "RETURNED", "退回补正"


class HearingStatus(models.TextChoices):
    """A hearing that was asked for."""

    REQUESTED = "REQUESTED", "已申请，待安排"
    SCHEDULED = "SCHEDULED", "已通知，待举行"
    HELD = "HELD", "已举行"
    ABSENT = "ABSENT", "无正当理由不到场，视为放弃"
    WITHDRAWN = "WITHDRAWN", "申请人撤回"


class OrderKind(models.TextChoices):
    """Corrective orders: not penalties, they go with one or before one (行政处罚法 第二十八条)."""

    CORRECT = "CORRECT", "责令改正"
    STOP = "STOP", "责令停止"
    REFUND = "REFUND", "责令退还所收费用"


class ProceedingKind(models.TextChoices):
    """Remedies that the party takes."""

    REVIEW = "REVIEW", "行政复议"
    SUIT = "SUIT", "行政诉讼"


class PaymentKind(models.TextChoices):
    """What was paid."""

    FINE = "FINE", "罚款"
    CONFISCATION = "CONFISCATION", "没收违法所得"
    LATE_FINE = "LATE_FINE", "加处罚款"


class CloseGround(models.TextChoices):
    """Why a case may be closed."""

    EXECUTED = "EXECUTED", "决定执行完毕"
    NO_PENALTY = "NO_PENALTY", "不予行政处罚"
    COURT = "COURT", "人民法院受理强制执行申请"
    TRANSFERRED = "TRANSFERRED", "案件移送"
    WITHDRAWN = "WITHDRAWN", "撤销立案"


class CreditStatus(models.TextChoices):
    """A row of 双公示 about one decision."""

    PENDING = "PENDING", "待公示"
    PUBLISHED = "PUBLISHED", "已公示"
    WITHDRAWN = "WITHDRAWN", "已撤下"
    REPAIRED = "REPAIRED", "已信用修复"


class CreditGrade(models.TextChoices):
    """失信程度 (国办发〔2025〕22号); decides how long a row is shown."""

    MINOR = "MINOR", "轻微"
    GENERAL = "GENERAL", "一般"
    SERIOUS = "SERIOUS", "严重"


class RuleLayer(models.TextChoices):
    """Where a range of penalty comes from."""

    LAW = "LAW", "法定幅度"
    LADDER = "LADDER", "裁量基准"


class RuleUnit(models.TextChoices):
    """How the ends of a range are counted: hundredths of a multiple of the illegal income, fen, or months."""

    TIMES = "TIMES", "倍违法所得"
    FEN = "FEN", "元"
    MONTHS = "MONTHS", "个月"
    NONE = "NONE", "无数额"
