"""Complete sources of the documents a bureau issues most often, used by the layout tests."""

from __future__ import annotations

from casework.typesetting.content import (
    AttachmentHead,
    Attachments,
    Cell,
    Column,
    DocumentContent,
    Field,
    Fields,
    Heading,
    Imprint,
    ItemList,
    Note,
    Paragraph,
    Qr,
    Signature,
    SignatureLine,
    SignatureLines,
    Table,
)

ORGAN = "铁岭县教育局"
QR = Qr(
    payload="https://jg.example.gov.cn/verify/7K2M9QXD4T?s=MEUCIQDk3fV0c1p8Zl2b9n4xYw",
    caption="扫码核验 7K2M-9QXD",
    verify_url="jg.example.gov.cn/verify",
)


def row(*texts: str) -> tuple[Cell, ...]:
    """Plain cells."""
    return tuple(Cell(text) for text in texts)


def rectification_notice(name: str = "铁岭县阳光教育培训中心有限公司", extra: int = 0) -> DocumentContent:
    """限期整改通知书, with `extra` more findings to make it longer."""
    findings = [
        "一是未使用《中小学生校外培训服务合同（示范文本）》，抽查的12份合同中有9份未约定退费条款；",
        "二是预收费未全部进入监管账户，2022年3月1日至4月10日通过个人收款码收取学费共计36500元；",
        "三是专职教学人员王某、李某未在培训场所显著位置公示教师资格信息，二层疏散通道堆放桌椅。",
        *(
            f"其他问题第{no}项：培训材料审核登记册登记不全，缺少编写人员、审核人员签名和审核日期。"
            for no in range(extra)
        ),
    ]
    return DocumentContent(
        form="letter",
        organ=ORGAN,
        title="责令限期整改通知书",
        number="铁县教责改字〔2022〕15号",
        date="2022-04-12",
        addressee=name,
        blocks=(
            Paragraph(
                "统一社会信用代码：91211221MA0XXXXX1T。经查，2022年4月11日，本局执法人员张明（执法证号：L0912210001）、"
                "刘洋（执法证号：L0912210002）对你单位进行现场检查，发现你单位存在下列问题："
            ),
            *(Paragraph(text) for text in findings),
            Paragraph(
                "上述行为违反了《校外培训行政处罚暂行办法》第二十二条、《辽宁省校外培训机构管理办法》的有关规定。"
                "依据《中华人民共和国行政处罚法》第二十八条第一款，现责令你单位于2022年4月27日前完成以下整改："
            ),
            ItemList(
                (
                    "与全部在培学员家长重新签订示范文本合同，并报本局备案；",
                    "将已收取的预收费全额存入资金监管账户，停止使用个人收款码收费；",
                    "公示全部从业人员信息，清理疏散通道，保持畅通。",
                )
            ),
            Paragraph(
                "整改完成后，请于2022年4月28日前将书面整改报告及佐证材料报送本局校外教育培训监管股（联系人：赵强，"
                "电话：024-7888XXXX）。逾期不改正或者整改不到位的，本局将依法处理。"
            ),
            Paragraph(
                "如不服本通知，可以自收到本通知书之日起六十日内向铁岭县人民政府申请行政复议，也可以在六个月内"
                "依法向人民法院提起行政诉讼。"
            ),
            Signature(ORGAN, "2022-04-12"),
            Note("本通知书一式两份，一份送达当事人，一份存档"),
        ),
        qr=QR,
    )


def service_receipt() -> DocumentContent:
    """送达回证."""
    return DocumentContent(
        form="record",
        organ=ORGAN,
        title="送达回证",
        number="铁县教送字〔2022〕21号",
        date="2022-04-12",
        blocks=(
            Fields(
                (
                    (Field("送达文书名称及文号", "责令限期整改通知书（铁县教责改字〔2022〕15号）", span=2),),
                    (Field("受送达人", "铁岭县阳光教育培训中心有限公司", span=2),),
                    (Field("送达地点", "铁岭县新台子镇振兴街18号2层", span=2),),
                    (Field("送达方式", "直接送达"), Field("送达时间", "2022年4月12日15时30分")),
                    (Field("收件人", span=2, sign="收件人（签名或盖章）", min_lines=3),),
                    (Field("代收人与受送达人的关系及代收理由", span=2, min_lines=2),),
                    (Field("拒收事由", span=2, min_lines=2),),
                    (
                        Field("见证人", sign="见证人（签名）"),
                        Field("送达人", "张明\n刘洋", sign="送达人（签名）"),
                    ),
                    (Field("备注", span=2, min_lines=2),),
                )
            ),
            Paragraph(
                "注：受送达人拒绝签收的，送达人应当记明拒收事由和日期，由送达人、见证人签名或者盖章。",
                indent=False,
            ),
        ),
        qr=QR,
    )


def inspection_result() -> DocumentContent:
    """检查结果告知书 with a table of findings."""
    return DocumentContent(
        form="letter",
        organ=ORGAN,
        title="行政检查结果告知书",
        number="铁县教检告字〔2022〕8号",
        date="2022-04-15",
        addressee="铁岭县启智艺术培训学校",
        blocks=(
            Paragraph(
                "根据2022年度行政检查计划，本局于2022年4月14日对你单位开展了行政检查。现将检查结果告知如下："
            ),
            Heading(1, "一、检查情况"),
            Paragraph(
                "本次检查为日常检查，采取现场检查方式，共检查4项，其中合格3项、不合格1项。具体情况见下表。"
            ),
            Table(
                columns=(Column(0.8), Column(3.2, "left"), Column(1.4), Column(4, "left")),
                head=(row("序号", "检查事项", "结果", "情况说明"),),
                rows=(
                    row("1", "办学许可与登记证照", "合格", "证照齐全有效，信息与平台一致"),
                    row("2", "培训材料审核", "合格", "抽查材料5份，审核登记完整"),
                    row("3", "预收费资金监管", "合格", "2022年1月至3月收费全部进入监管账户"),
                    row("4", "从业人员公示", "不合格", "2名专职教学人员未公示资格信息"),
                ),
            ),
            Heading(1, "二、处理意见"),
            Heading(
                2,
                "（一）责令改正。",
                "对第4项问题，责令你单位于2022年4月22日前改正，并将改正情况书面报送本局。",
            ),
            Heading(2, "（二）结果运用。", "本次检查结果将依法向社会公开，并纳入年度检查评价。"),
            Paragraph("如对检查结果有异议，可以自收到本告知书之日起五个工作日内向本局提出陈述、申辩。"),
            Signature(ORGAN, "2022-04-15"),
        ),
        qr=QR,
    )


def monthly_table() -> DocumentContent:
    """A statistical table with a double head, landscape."""
    towns = [
        "铁岭镇",
        "新台子镇",
        "阿吉镇",
        "镇西堡镇",
        "平顶堡镇",
        "凡河镇",
        "腰堡镇",
        "蔡牛镇",
        "双井子镇",
        "李千户镇",
    ]
    counted = tuple(
        (
            Cell(str(no)),
            Cell(town),
            *(Cell(str((no * 7 + k * 3) % 40)) for k in range(9)),
            Cell(f"{no * 1234.5:,.2f}"),
        )
        for no, town in enumerate(towns * 3, 1)
    )
    total = (
        Cell("合计", colspan=2, strong=True),
        *(Cell(str(100 + k), strong=True) for k in range(9)),
        Cell("574,042.50"),
    )
    return DocumentContent(
        form="table",
        title="义务教育阶段学科类校外培训治理情况统计表",
        date="2022-04-15",
        landscape=True,
        form_code=("表　　号：校外监管01表", "制表机关：铁岭县教育局"),
        head_line=("填报单位：铁岭县教育局", "截至2022年4月15日", "单位：家、人次、元"),
        foot_line=("单位负责人：", "填表人：", "联系电话：", "报出日期：2022年4月15日"),
        blocks=(
            Table(
                columns=(
                    Column(0.7),
                    Column(1.6, "left"),
                    *(Column(1.0, "right") for _ in range(9)),
                    Column(1.7, "right"),
                ),
                head=(
                    (
                        Cell("序号", rowspan=2),
                        Cell("乡镇（街道）", rowspan=2),
                        Cell("机构数", colspan=3),
                        Cell("检查情况", colspan=3),
                        Cell("处理情况", colspan=3),
                        Cell("责令退费金额", rowspan=2),
                    ),
                    row(
                        "学科类",
                        "非学科类",
                        "无证",
                        "出动人次",
                        "检查家次",
                        "发现问题",
                        "责令整改",
                        "立案",
                        "移送",
                    ),
                ),
                rows=(*counted, total),
                size=10.5,
                note="“无证”指未取得办学许可证和营业执照、面向中小学生开展学科类培训的机构；“责令退费金额”以元为单位。",
            ),
        ),
        qr=QR,
    )


def upward_report(paragraphs: int = 12) -> DocumentContent:
    """A report to the county government, with attachments and imprint."""
    return DocumentContent(
        form="red_head",
        organ="铁岭县教育局文件",
        title="关于铁岭县义务教育阶段学科类校外培训治理“回头看”工作情况的报告",
        number="铁县教发〔2022〕15号",
        signer="王建国",
        date="2022-06-30",
        addressee="铁岭县人民政府",
        blocks=(
            Paragraph(
                "按照上级部署，我局组织开展了义务教育阶段学科类校外培训治理“回头看”工作。现将有关情况报告如下。"
            ),
            Heading(1, "一、总体情况"),
            *(
                Paragraph(
                    f"第{no}阶段，全县共出动检查人员{no * 37}人次，检查培训机构{no * 11}家次，发现问题{no * 5}个，已完成整改"
                    f"{no * 4}个，整改率80.0%；其中涉及预收费监管问题{no}个，责令退费1.69万元，惠及学员家庭{no * 3}户。"
                )
                for no in range(1, paragraphs + 1)
            ),
            Heading(1, "二、下一步工作"),
            Heading(2, "（一）压实属地责任。", "健全县、乡镇（街道）、学校三级网格，落实日常巡查制度。"),
            Heading(3, "1.完善巡查台账。", "每半月更新一次。"),
            Heading(4, "（1）巡查记录。", "巡查人员当日上传。"),
            Paragraph("特此报告。"),
            Attachments(
                (
                    "铁岭县校外培训治理“回头看”工作情况统计表",
                    "铁岭县校外培训治理问题整改台账及销号情况明细（截至2022年6月30日）",
                )
            ),
            Signature(ORGAN, "2022-06-30"),
            Note("联系人：赵强，联系电话：024-7888XXXX"),
            AttachmentHead("附件1", "铁岭县校外培训治理“回头看”工作情况统计表"),
            Table(
                columns=(Column(2, "left"), Column(1, "right"), Column(1, "right")),
                head=(row("项目", "本期", "累计"),),
                rows=(
                    row("检查家次", "120", "1,430"),
                    row("发现问题", "18", "233"),
                    row("完成整改", "16", "221"),
                ),
                unit="家、个",
            ),
            Imprint(("县委办公室", "县人大常委会办公室", "县政协办公室"), "铁岭县教育局办公室", "2022-06-30"),
        ),
        qr=None,
    )


def site_record(lines: int = 30) -> DocumentContent:
    """现场检查笔录 of several pages, signed on each."""
    facts = "\n".join(
        f"{no}.经查看第{no}间教室，门口未公示收费标准，教室内有学员{no + 3}名。" for no in range(1, lines + 1)
    )
    return DocumentContent(
        form="record",
        organ=ORGAN,
        title="现场检查笔录",
        date="2022-04-11",
        page_signatures=("被检查人", "检查人员", "记录人"),
        blocks=(
            Fields(
                (
                    (Field("检查时间", "2022年4月11日9时00分至10时20分", span=2),),
                    (Field("检查地点", "铁岭县新台子镇振兴街18号2层", span=2),),
                    (Field("被检查人", "铁岭县阳光教育培训中心有限公司"), Field("现场负责人", "㐂喆昇")),
                    (Field("检查情况", facts, span=2),),
                    (Field("被检查人意见", span=2, min_lines=3, sign="现场负责人（签名）"),),
                )
            ),
            SignatureLines((SignatureLine("检查人员"), SignatureLine("见证人"))),
        ),
    )
