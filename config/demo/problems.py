"""What officers find in the demonstration: violation, words and order, by who must deal with it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from accounts.models import OrganisationKind
from inspections.models import FindingMode


@dataclass(frozen=True)
class Problem:
    """One finding to be registered."""

    code: str
    text: str
    order: str
    mode: FindingMode = FindingMode.IN_TERM
    organ: OrganisationKind = OrganisationKind.EDUCATION
    quantity: int = 1

    def on_spot(self) -> Problem:
        """The same, put right at once."""
        return replace(self, mode=FindingMode.ON_SPOT)


SCHOOL_PROBLEMS = (
    Problem("BOARD_INCOMPLETE", "公示栏缺少收费标准和投诉电话", "补齐公示内容并拍照报送"),
    Problem("STAFF_NOT_PUBLISHED", "两名新聘教练的信息未公示", "在平台和场所公示全部从业人员信息"),
    Problem("FEE_NOT_PUBLISHED", "前台价目表与平台登记的课程价格不一致", "按平台登记价格重新公示"),
    Problem("MATERIAL_UNREVIEWED", "正在使用的自编讲义没有内部审核记录", "停止使用并按规定完成审核"),
    Problem("FEE_OVER_LIMIT", "一名学员一次缴费超过 60 课时", "退还超出部分，今后按规定收费"),
    Problem(
        "PREMISES_CROWDED", "二号教室满员时生均面积不足 3 平方米", "调整班额，使生均面积达到 3 平方米以上"
    ),
    Problem("STAFF_NOT_VETTED", "三名从业人员没有违法犯罪记录查询证明", "补办查询，查询前不得上岗"),
    Problem("FEE_NOT_ESCROWED", "部分学费通过个人收款码收取，未进入监管账户", "将预收费全部存入监管账户"),
    Problem("NAME_MISUSE", "门头招牌使用简称，与许可证名称不一致", "更换招牌，使用许可证登记的名称"),
    Problem("PREMISES_SECURITY", "来访登记簿近一周没有记录", "恢复来访登记并每日检查"),
    Problem("TIME_AFTER_HOURS", "当晚培训 20:42 结束，超过规定时间", "调整课表，20:30 前结束"),
    Problem("STAFF_UNQUALIFIED", "一名授课人员不能出示相应资格证明", "停止其授课，聘用具备资格的人员"),
)
FIRE = OrganisationKind.FIRE
FIRE_PROBLEMS = (
    Problem("FIRE_EXIT", "二层疏散通道堆放桌椅", "清理通道，保持畅通", organ=FIRE),
    Problem("FIRE_EQUIPMENT", "两具灭火器压力不足", "更换或充装灭火器", organ=FIRE),
    Problem("FIRE_SOURCE", "教室内私拉插线板为空调供电", "拆除临时线路，由电工敷设", organ=FIRE),
    Problem("FIRE_EQUIPMENT", "一处应急照明灯不亮", "修复应急照明", organ=FIRE),
    Problem("FIRE_PATROL", "防火巡查记录缺最近一周", "每日巡查并如实记录", organ=FIRE),
    Problem("FIRE_DRILL", "半年内没有开展疏散演练", "组织一次演练并留存记录", organ=FIRE),
    Problem("FIRE_RESPONSIBILITY", "没有签订消防安全责任书", "明确责任人并签订责任书", organ=FIRE),
    Problem("FIRE_EXIT", "安全出口指示标志脱落", "补装指示标志", organ=FIRE),
    Problem("FIRE_EMERGENCY", "值班人员不会使用灭火器", "培训值班人员并复测", organ=FIRE),
    Problem("FIRE_EQUIPMENT", "室内消火栓被展架遮挡", "移开遮挡物", organ=FIRE),
    Problem("FIRE_SOURCE", "电动自行车在门厅充电", "清出电动自行车，禁止室内充电", organ=FIRE),
    Problem("FIRE_LAYOUT", "窗口设置影响逃生的固定栅栏", "拆除或改为可开启式", organ=FIRE),
)
UNLICENSED = Problem(
    "UNLICENSED_OPERATION",
    "未取得办学许可证，现场有 8 名小学生正在上数学课",
    "立即停止举办，退还所收费用",
    FindingMode.REFER,
)
ADVERT = Problem(
    "AD_ILLEGAL_PLACE",
    "在小区出入口和电梯间张贴培训广告牌",
    "立即拆除，不得再发布",
    FindingMode.ON_SPOT,
    OrganisationKind.MARKET,
)
HALF_LICENSED = Problem(
    "HALF_LICENSED",
    "只有营业执照，没有办学许可证，正在开展书法培训",
    "停止培训，依法申请办学许可",
    FindingMode.IN_TERM,
)


def pick(pool: tuple[Problem, ...], count: int, start: int) -> list[Problem]:
    """`count` problems in turn from `start`."""
    return [pool[(start + step) % len(pool)] for step in range(count)]
