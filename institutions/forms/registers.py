"""Forms of market entities, milestones on the national platform and training materials."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import Region, User
from casework.web import give_rows
from casework.web.fields import (
    DayField,
    FilesField,
    FilesInput,
    PickerSelect,
    PlacesField,
    area,
    place_picker,
)
from institutions import selectors
from institutions.codes import clean_code, validate_uscc
from institutions.models import (
    EntityOutcome,
    EntitySource,
    Institution,
    MarketEntity,
    MaterialKind,
    Milestone,
    TrainingMaterial,
)

PAGES_MAX = 20
PAGES = FilesInput(attrs={"multiple": True, "accept": "image/*,application/pdf"})


class EntityForm(forms.Form):
    """A market entity that was found."""

    name = forms.CharField(label="主体名称", max_length=100, help_text="与营业执照一致")
    uscc = forms.CharField(
        label="统一社会信用代码", max_length=30, required=False, help_text="有营业执照的必须填写"
    )
    region = forms.ModelChoiceField(
        label="乡镇（街道）", queryset=Region.objects.none(), empty_label="请选择"
    )
    address = forms.CharField(label="住所", max_length=200, required=False)
    business_scope = forms.CharField(
        label="涉及培训的经营范围", max_length=300, required=False, widget=area(2)
    )
    source = forms.ChoiceField(label="来源", choices=EntitySource.choices)
    found_on = DayField(label="发现日期", initial=timezone.localdate)

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = [town.pk for town in selectors.townships_of(actor)]
        give_rows(self, region=Region.objects.filter(pk__in=keys).order_by("code"))

    def clean_uscc(self) -> str:
        """A right code, or none."""
        code = clean_code(self.cleaned_data["uscc"])
        if code:
            validate_uscc(code)
        return code


class EntitySheetForm(forms.Form):
    """A sheet of market entities."""

    upload = forms.FileField(
        label="表格",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        help_text="表头须有：主体名称、统一社会信用代码、乡镇（街道）；可以有：住所、经营范围。",
    )
    source = forms.ChoiceField(label="来源", choices=EntitySource.choices)
    found_on = DayField(label="发现日期", initial=timezone.localdate)


class HandOverForm(forms.Form):
    """Which entities go to the market regulator, under which letter."""

    entities = forms.ModelMultipleChoiceField(
        label="移交的市场主体",
        queryset=MarketEntity.objects.none(),
        widget=PickerSelect(unit="家", words=("uscc", "address")),
    )
    handed_on = DayField(label="移交日期", initial=timezone.localdate)
    handed_no = forms.CharField(label="移交文号", max_length=60, help_text="移交函的文号")

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = selectors.entities_visible(actor).filter(handed_on__isnull=True)
        give_rows(self, entities=rows.order_by("name"))


class SettleForm(forms.Form):
    """What became of an entity."""

    outcome = forms.ChoiceField(label="处置结果", choices=EntityOutcome.choices)
    settled_on = DayField(label="处置日期", initial=timezone.localdate)
    note = forms.CharField(label="说明", max_length=200, required=False)


class MilestoneForm(forms.Form):
    """Institutions that reached a milestone on the national platform."""

    milestone = forms.ChoiceField(label="事项", choices=Milestone.choices)
    institutions = PlacesField(label="机构", queryset=Institution.objects.none(), widget=place_picker())
    reached_on = DayField(label="达到日期", initial=timezone.localdate)
    note = forms.CharField(label="说明", max_length=200, required=False)

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = selectors.licensed_places(actor)
        give_rows(self, institutions=rows.order_by("name_norm", "pk"))


class LeaveForm(forms.Form):
    """Why a milestone holds no longer."""

    left_on = DayField(label="退出日期", initial=timezone.localdate)
    note = forms.CharField(label="原因", max_length=200, help_text="登记有误的，写明误登。")


class MaterialForm(forms.Form):
    """One edition of a training material; `place` is the institution that submits it."""

    institution = forms.ModelChoiceField(
        label="机构", queryset=Institution.objects.none(), empty_label="请选择"
    )
    title = forms.CharField(label="材料名称", max_length=120)
    edition = forms.CharField(label="版次", max_length=40, help_text="如：2026 年春季版、第 2 版")
    kind = forms.ChoiceField(label="类型", choices=MaterialKind.choices)
    isbn = forms.CharField(label="书号", max_length=20, required=False, help_text="正式出版物必填。")
    subject = forms.CharField(label="科目（项目）", max_length=40)
    audience = forms.CharField(label="使用对象", max_length=60, help_text="如：小学三至四年级")
    author = forms.CharField(label="编者或出版社", max_length=120)
    submitted_on = DayField(label="发现日期", initial=timezone.localdate)
    inner_on = DayField(label="内部审核日期", required=False)
    pages = FilesField(
        label="材料内容",
        most=PAGES_MAX,
        unit="个文件",
        widget=PAGES,
        help_text=f"封面、目录和正文的照片或 PDF，最多 {PAGES_MAX} 个。",
    )

    def __init__(self, *args: Any, actor: User, place: Institution | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if place is None:
            give_rows(self, institution=selectors.institutions_visible(actor).order_by("name_norm", "pk"))
            del self.fields["inner_on"]
            return
        del self.fields["institution"]
        self.fields["submitted_on"].label = "报审日期"
        self.fields["inner_on"].required = self.fields["pages"].required = True

    def clean(self) -> dict[str, Any]:
        """A published book has its number."""
        values: dict[str, Any] = super().clean() or {}
        if values.get("kind") == MaterialKind.PUBLISHED and not values.get("isbn"):
            self.add_error("isbn", "正式出版物须填写书号。")
        return values


class ReviewForm(forms.Form):
    """A reviewer's opinion."""

    opinion = forms.CharField(
        label="审核意见",
        max_length=500,
        widget=area(4),
        help_text="写明思想性、科学性、适宜性、有无超标超前和违规内容。",
    )

    def __init__(self, *args: Any, actor: User, row: TrainingMaterial, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class ReasonForm(forms.Form):
    """Why an edition may not be used."""

    reason = forms.CharField(label="理由", max_length=300, widget=area(3))

    def __init__(self, *args: Any, actor: User, row: TrainingMaterial, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
