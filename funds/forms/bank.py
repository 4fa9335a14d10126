"""Forms of statement layouts, statements, suspense, closing and keys."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from accounts.models import User
from casework.web import give_rows
from casework.web.fields import DayField, MoneyField, area
from funds.models import Bank, BankProfile, EscrowAccount, SignalSource, SuspenseItem, Way
from funds.statements import FORMATS
from funds.statements.profiles import DEFAULT_DATES

MAX_YUAN = 10**10
HEADS = (
    ("date", "日期列", "必填。照文件表头原样填写，如：交易日期"),
    ("amount", "金额列", "只有一列金额的填写（支出为负数，或另有借贷标志）"),
    ("mark", "借贷标志列", "一列金额、另用文字区分收支的填写"),
    ("amount_in", "收入金额列", "收入、支出分两列的填写"),
    ("amount_out", "支出金额列", "收入、支出分两列的填写"),
    ("balance", "余额列", "有就填写，用来核对有没有漏行；被遮盖的不要填"),
    ("serial", "流水号列", ""),
    ("reference", "附言列", "附言、备注、用途或业务编号，订单号常在这里"),
    ("summary", "摘要列", ""),
    ("payer", "对方户名列", "银行不提供的不填，也能核对"),
    ("payer_account", "对方账号列", ""),
    ("own_account", "本方账号列", "文件里带本方账号的填写，防止传错账户；多账户的文件按它拆分"),
)
FORMAT_WORDS = {"CSV": "CSV 文本", "XLSX": "Excel 工作簿（.xlsx）", "CAMT053": "camt.053 报文（XML）"}
ENCODINGS = (("utf-8-sig", "UTF-8"), ("gb18030", "GB18030（GBK、GB2312）"), ("utf-16", "UTF-16"))
DELIMITERS = ((",", "逗号"), (";", "分号"), ("\t", "制表符"), ("|", "竖线"))
DATE_SIGNS = (("yyyy", "%Y"), ("MM", "%m"), ("dd", "%d"), ("HH", "%H"), ("mm", "%M"), ("ss", "%S"))


def words_of(text: str) -> list[str]:
    """Words of a field, one a line or separated by 、."""
    return [word.strip() for word in text.replace("、", "\n").splitlines() if word.strip()]


def pattern_of(text: str) -> str:
    """yyyy-MM-dd as the reader wants it."""
    for sign, code in DATE_SIGNS:
        text = text.replace(sign, code)
    return text


def shown_pattern(pattern: str) -> str:
    """%Y-%m-%d as a clerk writes it."""
    for sign, code in DATE_SIGNS:
        pattern = pattern.replace(code, sign)
    return pattern


PROFILE_ORDER = (
    "name", "bank", "format", "sample", "encoding", "delimiter", "head_date", "dates", "head_amount", "head_mark",
    "marks_in", "marks_out", "head_amount_in", "head_amount_out", "head_balance", "head_serial", "head_payer",
    "head_payer_account", "head_summary", "head_reference", "head_own_account", "many_accounts", "footers", "note",
)  # fmt: skip


class ProfileForm(forms.Form):
    """A layout: which column is what, which mark says which side, how dates and the end of the table look."""

    name = forms.CharField(label="模板名称", max_length=60, help_text="如：某某银行企业网银明细")
    bank = forms.ModelChoiceField(
        label="银行", queryset=Bank.objects.none(), required=False, empty_label="各银行通用"
    )
    format = forms.ChoiceField(label="文件格式", choices=[(code, FORMAT_WORDS[code]) for code in FORMATS])
    encoding = forms.ChoiceField(label="编码", choices=ENCODINGS, help_text="CSV 文本须选；读出乱码时换一个")
    delimiter = forms.ChoiceField(label="分隔符", choices=DELIMITERS)
    marks_in = forms.CharField(
        label="表示收入的标志", required=False, max_length=100, help_text="可填几个，用“、”分开，如：贷、收"
    )
    marks_out = forms.CharField(
        label="表示支出的标志",
        required=False,
        max_length=100,
        help_text="如：借、付。方向以本单位账户的收支为准",
    )
    dates = forms.CharField(
        label="日期写法",
        required=False,
        max_length=200,
        help_text="如：yyyy-MM-dd、yyyyMMdd。不填的按常见写法读",
    )
    many_accounts = forms.BooleanField(
        label="一份文件有多个账户",
        required=False,
        help_text="须有本方账号列和余额列；camt.053 一个报文有几个账户（Stmt）的也勾选",
    )
    footers = forms.CharField(
        label="表尾标志",
        required=False,
        max_length=200,
        help_text="首列出现这些字，表格到此结束，如：合计、总计",
    )
    note = forms.CharField(label="说明", required=False, max_length=200)
    sample = forms.FileField(
        label="样本文件",
        required=False,
        help_text="选一份银行导出的文件，下方立即显示读出的结果。样本不保存。",
    )

    def __init__(
        self, *args: Any, actor: User, row: BankProfile | None = None, start: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, label, hint in HEADS:
            self.fields[f"head_{name}"] = forms.CharField(
                label=label, required=False, max_length=60, help_text=hint
            )
        self.order_fields(PROFILE_ORDER)
        give_rows(self, bank=Bank.objects.visible_to(actor).filter(is_active=True).order_by("name", "branch"))
        if row is not None:
            self.fields["name"].disabled = True
            self._begin(row.name, row.note, row.layout)
            self.fields["bank"].initial = row.bank_id
        elif start is not None:
            self._begin(start["name"], start["note"], start["layout"])

    def _begin(self, name: str, note: str, layout: dict[str, Any]) -> None:
        initial: dict[str, Any] = {
            "name": name,
            "note": note,
            **{
                key: layout[key]
                for key in ("format", "encoding", "delimiter", "many_accounts")
                if key in layout
            },
            **{key: "、".join(layout.get(key, ())) for key in ("marks_in", "marks_out", "footers")},
            "dates": "、".join(shown_pattern(pattern) for pattern in layout.get("dates", ())),
            **{f"head_{key}": value for key, value in layout.get("heads", {}).items()},
        }
        for key, value in initial.items():
            self.fields[key].initial = value

    def layout(self) -> dict[str, Any]:
        """The layout as it is stored; call after `is_valid`."""
        values = self.cleaned_data
        many = {"many_accounts": True} if values["many_accounts"] else {}
        if values["format"] == "CAMT053":
            return {"format": "CAMT053", **many}
        heads = {
            name: values[f"head_{name}"].strip() for name, _, _ in HEADS if values[f"head_{name}"].strip()
        }
        found: dict[str, Any] = {
            "format": values["format"],
            "encoding": values["encoding"],
            "delimiter": values["delimiter"],
            "heads": heads,
            "dates": [pattern_of(word) for word in words_of(values["dates"])] or list(DEFAULT_DATES),
            "footers": words_of(values["footers"]),
            **many,
        }
        if "mark" in heads:
            found |= {name: words_of(values[name]) for name in ("marks_in", "marks_out")}
        return found


class AccountField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A supervised account by institution, kind, bank and tail."""

    def label_from_instance(self, obj: Any) -> str:
        """As a clerk tells them apart."""
        return f"{obj.institution.name} · {obj.get_kind_display()} · {obj.bank} 末四位 {obj.number_tail}"


class StatementForm(forms.Form):
    """A bank's file for one account, or the word that nothing moved."""

    account = AccountField(
        label="监管账户", queryset=EscrowAccount.objects.none(), required=False, empty_label="请选择",
        help_text="多账户模板的文件按本方账号拆分，不选",
    )  # fmt: skip
    profile = forms.ModelChoiceField(
        label="对账单模板", queryset=BankProfile.objects.none(), required=False, empty_label="请选择",
    )  # fmt: skip
    file = forms.FileField(
        label="对账单文件", required=False, help_text="银行导出的原件，不要改动；最大 20 MB"
    )
    is_quiet = forms.BooleanField(label="这几天没有发生额（不传文件）", required=False)
    covers_from = DayField(label="起始日期", required=False, help_text="不填的接上一份对账单")
    covers_to = DayField(label="截止日期", required=False, help_text="不填的以文件最后一笔为准，最晚到昨天")
    opening = MoneyField(
        label="期初余额（元）", required=False, max_value=MAX_YUAN, help_text="文件不带余额的第一份须填"
    )
    closing = MoneyField(label="期末余额（元）", required=False, max_value=MAX_YUAN)
    count = forms.IntegerField(label="银行告知的笔数", required=False, min_value=0, max_value=10**6)

    def __init__(
        self, *args: Any, accounts: QuerySet[EscrowAccount], profiles: QuerySet[BankProfile], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, account=accounts, profile=profiles)

    def clean(self) -> dict[str, Any]:
        """Either a file with its layout, or days and a balance."""
        values = super().clean() or {}
        profile = values.get("profile")
        values["is_many"] = bool(
            profile and profile.layout.get("many_accounts") and not values.get("is_quiet")
        )
        if not values["is_many"] and not values.get("account") and "account" not in self.errors:
            self.add_error("account", "请选择监管账户。")
        if values.get("is_quiet"):
            wanted: tuple[tuple[str, str], ...] = (
                ("covers_from", "请填写起始日期。"), ("covers_to", "请填写截止日期。"),
                ("closing", "请填写银行告知的余额。"),
            )  # fmt: skip
        else:
            wanted = (("profile", "请选择对账单模板。"), ("file", "请选择文件。"))
        for name, sentence in wanted:
            if values.get(name) in (None, "") and name not in self.errors:
                self.add_error(name, sentence)
        return values


class ProposalForm(forms.Form):
    """How to settle a line in suspense."""

    way = forms.ChoiceField(label="处理方式", widget=forms.RadioSelect)
    contract = forms.ChoiceField(label="合同", required=False, help_text="认领为缴费的选择。")
    booked = forms.ChoiceField(
        label="账簿已记的分录或在办指令", required=False, help_text="就是账簿已记或已发指令的这一笔的选择。"
    )
    reason = forms.CharField(
        label="理由", max_length=300, widget=area(3), help_text="凭什么这样认定：核对了谁、看了什么材料。"
    )

    def __init__(
        self,
        *args: Any,
        row: SuspenseItem,
        ways: tuple[Way, ...],
        contracts: list[tuple[str, str]],
        booked: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = self.fields["way"]
        assert isinstance(choices, forms.ChoiceField)
        choices.choices = [(way.value, way.label) for way in ways]
        if len(ways) == 1:
            choices.initial = ways[0].value
        known = self.fields["booked"]
        assert isinstance(known, forms.ChoiceField)
        known.choices = [("", "请选择" if booked else "没有金额相同而未对上的"), *booked]
        if Way.CONTRACT in ways:
            field = self.fields["contract"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", "请选择"), *contracts]
        else:
            del self.fields["contract"]

    def clean(self) -> dict[str, Any]:
        """A contract when it is for one."""
        values = super().clean() or {}
        if values.get("way") == Way.CONTRACT and not values.get("contract"):
            self.add_error("contract", "请选择这笔款项对应的合同。")
        if values.get("way") == Way.BOOKED and not values.get("booked"):
            self.add_error("booked", "请选择对应的分录或指令。")
        return values


class PaymentBackForm(forms.Form):
    """Why a payment is not this contract's."""

    reason = forms.CharField(
        label="理由",
        max_length=300,
        widget=area(3),
        help_text="这笔钱为什么不是这份合同的：核对了谁、看了什么材料，应当记到哪份合同。复核后冲正，原分录不删除。",
    )


class RestForm(forms.Form):
    """Whose the rest of the opening stock is, and how that is known."""

    reason = forms.CharField(
        label="理由",
        max_length=300,
        widget=area(3),
        help_text="差额是什么：核对了机构的哪些账、问了谁、看了什么材料。材料可在下一页上传。",
    )


class MonthForm(forms.Form):
    """The bank's paper about a month."""

    account = AccountField(label="监管账户", queryset=EscrowAccount.objects.none(), empty_label="请选择")
    month = forms.DateField(
        label="月份",
        input_formats=["%Y-%m"],
        widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m"),
    )
    bank_fen = MoneyField(label="银行确认的月末余额（元）", max_value=MAX_YUAN)
    paper = forms.FileField(label="银行盖章的确认书", help_text="JPG、PNG 或 PDF")
    note = forms.CharField(label="不符的原因", max_length=200, required=False, help_text="与账簿相符的不填")

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = EscrowAccount.objects.visible_to(actor).filter(~Q(number_digest=""))
        give_rows(self, account=rows.select_related("institution", "bank").order_by("institution__name"))


class RevokeForm(forms.Form):
    """Why a key ends."""

    reason = forms.CharField(label="停用原因", max_length=200, widget=area(2))


class ExceptForm(forms.Form):
    """Why a day is closed though it is not even."""

    reason = forms.CharField(
        label="例外结账的理由",
        max_length=300,
        widget=area(3),
        help_text="写明差额是什么、由谁在什么时候了结。",
    )


class BankUserForm(forms.Form):
    """A person of a bank who delivers statements."""

    username = forms.CharField(label="账号", max_length=40, help_text="字母开头，银行经办人用它登录办事大厅")
    name = forms.CharField(label="姓名", max_length=40)
    phone = forms.CharField(label="电话", max_length=40, required=False)


OFFICES = [(code, label) for code, label in SignalSource.choices if code != "BANK"]


class KeyForm(forms.Form):
    """Which bank, or which other office, gets a key."""

    bank = forms.ModelChoiceField(
        label="银行", queryset=Bank.objects.none(), required=False, empty_label="不是银行"
    )
    office = forms.CharField(
        label="其他单位",
        max_length=60,
        required=False,
        help_text="不是银行的写单位全称，如：某某县人民法院。",
    )
    source = forms.ChoiceField(
        label="信号来源", choices=[("", "请选择"), *OFFICES], required=False, help_text="其他单位必选。"
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_rows(self, bank=Bank.objects.visible_to(actor).filter(is_active=True).order_by("name", "branch"))

    def clean(self) -> dict[str, Any]:
        """One holder; a bank's signals are always the bank's."""
        values = super().clean() or {}
        if values.get("bank"):
            if values.get("office"):
                self.add_error("office", "选了银行就不写其他单位；发给其他单位的，银行一栏选“不是银行”。")
            return {**values, "office": "", "source": SignalSource.BANK}
        if not values.get("office"):
            self.add_error("bank", "请选择银行，或者在下面写明其他单位。")
        elif not values.get("source"):
            self.add_error("source", "请选择这个单位推送的信号记作哪个来源。")
        return values


class InvoiceSheetForm(forms.Form):
    """A sheet of invoices."""

    sheet = forms.FileField(
        label="发票清单",
        help_text="税务系统导出的 .xlsx 或 .csv，须有：发票号码、价税合计、购买方名称、销售方名称、开票日期；"
        "有合同编号一列的按编号对应。",
    )
