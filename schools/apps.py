"""学校."""

from __future__ import annotations

from django.apps import AppConfig

from accounts.roles import AUTHORITY_ROLES, BUREAU_ROLES, Role, grant

HEADS = (Role.LEADER, Role.SECTION_HEAD)
# Departments take part in checks of institutions, not in what the bureau asks of its schools.
READERS = tuple(role for role in AUTHORITY_ROLES if role != Role.PARTNER)


class SchoolsConfig(AppConfig):
    """Stands on clues and checks: the register of schools, what the bureau asks of them and what they answer."""

    name = "schools"
    verbose_name = "学校"

    def ready(self) -> None:
        from schools import registration

        grant_permissions()
        registration.register()


def grant_permissions() -> None:
    """Who may do what in this room."""
    grant("schools.school_view", "查看学校名册", READERS)
    grant("schools.school_edit", "维护学校名册", (Role.SECTION_HEAD, Role.DATA_CLERK))
    grant("schools.tip_view", "查看工作提示", READERS)
    grant("schools.tip_edit", "起草和跟踪工作提示", (Role.SECTION_HEAD, Role.OFFICER))
    grant("schools.tip_issue", "发出和撤回工作提示", HEADS)
    grant("schools.tip_escalated", "督促逾期未答复的学校", HEADS)
    grant("schools.tip_answer", "签收和答复工作提示", (Role.SCHOOL_CONTACT,))
    grant("schools.portal_view", "查看教育局要本校办的事", (Role.SCHOOL_CONTACT,))
    grant("schools.talk_view", "查看三级约谈人次", READERS)
    grant("schools.talk_record", "登记本校三级约谈人次", (Role.SCHOOL_CONTACT,))
    grant("schools.talk_publish", "发布约谈统计表", HEADS)
    grant("schools.round_view", "查看学校报表", READERS)
    grant("schools.round_open", "开启、催报和退回学校报表", (Role.SECTION_HEAD, Role.DATA_CLERK))
    grant("schools.return_submit", "报送本校报表", (Role.SCHOOL_CONTACT,))
    grant("schools.letter_view", "查看致家长一封信", READERS)
    grant("schools.letter_edit", "起草致家长一封信", (Role.SECTION_HEAD, Role.OFFICER, Role.DATA_CLERK))
    grant("schools.letter_publish", "发布致家长一封信", HEADS)
    grant("schools.letter_receipt", "登记本校发放和回执", (Role.SCHOOL_CONTACT,))
    grant("schools.pledge_view", "查看教师承诺", READERS)
    grant("schools.pledge_record", "登记本校教师承诺", (Role.SCHOOL_CONTACT,))
    grant("schools.violation_view", "查看教师违规", BUREAU_ROLES)
    grant("schools.violation_edit", "登记和处理教师违规", (Role.SECTION_HEAD, Role.OFFICER))
    grant("schools.service_view", "查看课后服务", READERS)
    grant("schools.service_record", "登记本校课后服务", (Role.SCHOOL_CONTACT,))
    grant("schools.ad_view", "查看校园广告上报", READERS)
    grant("schools.ad_report", "上报本校校园广告", (Role.SCHOOL_CONTACT,))
    grant("schools.ad_handle", "处理校园广告", (Role.SECTION_HEAD, Role.OFFICER))
    grant("schools.account_open", "开通学校办事账号", (Role.SECTION_HEAD, Role.DATA_CLERK))
    grant("schools.survey_view", "查看学校调查", READERS)
    grant("schools.survey_open", "开展和截止学校调查", (Role.SECTION_HEAD, Role.DATA_CLERK))
    grant("schools.survey_publish", "公布学校调查结果", HEADS)
    grant("schools.survey_answer", "填报本校调查", (Role.SCHOOL_CONTACT,))
    grant("casework.activity_edit", "登记活动", (Role.SCHOOL_CONTACT,))
    grant("casework.activity_view", "查看活动登记", (Role.SCHOOL_CONTACT,))
