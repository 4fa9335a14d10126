"""预收费资金监管."""

from __future__ import annotations

from django.apps import AppConfig

from accounts.roles import AUTHORITY_ROLES, BUREAU_ROLES, Role, grant

HEADS = (Role.LEADER, Role.SECTION_HEAD)
OFFICERS = (Role.SECTION_HEAD, Role.OFFICER)
CLERKS = (*OFFICERS, Role.DATA_CLERK)


class FundsConfig(AppConfig):
    """Stands on the rooms of enforcement: the shadow ledger, supervised accounts, risk deposits."""

    name = "funds"
    verbose_name = "预收费资金监管"

    def ready(self) -> None:
        from casework import events
        from casework.deadlines.services import DeadlineMoved
        from funds import (  # noqa: F401
            bank_registration,
            registration,
            rounds_workflow,
            runaways_workflow,
            suspense_workflow,
            warnings_workflow,
            workflow,
        )
        from funds.services.refunds import refund_due_moved

        grant_permissions()
        registration.register()
        bank_registration.register()
        events.subscribe(DeadlineMoved, refund_due_moved)


def grant_permissions() -> None:
    """Who may do what in this room."""
    grant("funds.view", "查看资金监管", AUTHORITY_ROLES)
    grant("funds.bank_view", "查看监管银行", (*BUREAU_ROLES, Role.SUPERVISOR))
    grant("funds.account_edit", "办理监管账户", CLERKS)
    grant("funds.account_verify", "核验监管账户", OFFICERS)
    grant("funds.account_close", "办理监管账户销户", HEADS)
    grant("funds.number_reveal", "查看完整账号", OFFICERS)
    grant("funds.freeze_propose", "提出冻结账户", OFFICERS)
    grant("funds.freeze_approve", "批准和解除冻结", HEADS)
    grant("funds.deposit_set", "核定风险保证金", (Role.SECTION_HEAD,))
    grant("funds.deposit_register", "登记保证金收付", CLERKS)
    grant("funds.deposit_check", "复核保证金收付", OFFICERS)
    grant("funds.deposit_reverse", "冲正保证金", HEADS)
    grant("funds.contract_view", "查看培训合同", (*BUREAU_ROLES, Role.PARTNER, Role.SUPERVISOR))
    grant("funds.contract_enter", "登记培训合同", (*CLERKS, Role.INSTITUTION_MANAGER))
    grant("funds.contract_stop", "暂停和恢复培训合同", OFFICERS)
    grant("funds.family_reveal", "查看学员和家长信息", OFFICERS)
    grant("funds.payment_book", "登记家长缴费", CLERKS)
    grant("funds.instruction_prepare", "生成支付指令", HEADS)
    grant("funds.instruction_send", "发送支付指令", CLERKS)
    grant("funds.instruction_book", "登记支付结果", CLERKS)
    grant("funds.refund_decide", "审定退费", HEADS)
    grant("funds.payment_start", "成批办理付款", (Role.LEADER, *CLERKS))
    grant("funds.own_view", "查看本机构预收费", (Role.INSTITUTION_MANAGER,))
    grant("funds.lesson_declare", "申报课时", (*CLERKS, Role.INSTITUTION_MANAGER))
    grant("funds.lesson_decide", "处理课时异议", OFFICERS)
    grant("funds.release_build", "生成拨付批次", CLERKS)
    grant("funds.release_apply", "申请拨付", (Role.INSTITUTION_MANAGER,))
    grant("funds.release_hold", "暂缓拨付", OFFICERS)
    grant("funds.release_approve", "批准拨付", HEADS)
    grant("funds.refund_apply", "代家长申请退费", CLERKS)
    grant("funds.refund_answer", "答复退费申请", (Role.INSTITUTION_MANAGER,))
    grant("funds.refund_mediate", "调解退费", OFFICERS)
    grant("funds.signal_edit", "登记外部风险信号", CLERKS)
    grant("funds.runaway_register", "登记跑路停业事件", CLERKS)
    grant("funds.runaway_close", "办结跑路停业事件", HEADS)
    grant("funds.claims_open", "统一开立跑路停业退费申请", HEADS)
    grant("funds.claims_decide", "统一认定课时和审定跑路停业退费", HEADS)
    grant("funds.audit_open", "开展资金专查", OFFICERS)
    grant("funds.audit_work", "办理资金专查", CLERKS)
    grant("funds.audit_close", "复核和结束资金专查", HEADS)
    grant("funds.labour_edit", "办理劳动用工诉求", CLERKS)
    grant("funds.platform_compare", "与国家平台比对", CLERKS)
    grant("funds.case_feed", "把合同收退费送入处罚案件", OFFICERS)
    grant("funds.warning_work", "办理资金预警", OFFICERS)
    grant("funds.warning_close", "销去和排除资金预警", HEADS)
    grant("funds.deposit_use", "动用保证金退费", HEADS)
    grant("funds.profile_edit", "维护对账单模板", CLERKS)
    grant("funds.statement_view", "查看银行对账单", (*BUREAU_ROLES, Role.SUPERVISOR))
    grant("funds.statement_import", "导入银行对账单", CLERKS)
    grant("funds.statement_upload", "上传本行对账单", (Role.BANK_CLERK,))
    grant("funds.bank_key", "管理接口密钥", (Role.ADMIN,))
    grant("funds.retention_view", "查看到期信息清除", (Role.ADMIN, Role.LEADER, Role.SECTION_HEAD))
    grant("funds.suspense_propose", "提出待查款处理意见", CLERKS)
    grant("funds.suspense_confirm", "复核待查款", OFFICERS)
    grant("funds.suspense_undo", "撤销待查款处理", HEADS)
    grant("funds.day_close", "日终结账", CLERKS)
    grant("funds.day_except", "例外结账", HEADS)
    grant("funds.invoice_view", "查看三一致", (*BUREAU_ROLES, Role.SUPERVISOR))
    grant("funds.invoice_import", "导入发票", CLERKS)
    grant("funds.invoice_explain", "处理三一致异常", OFFICERS)
    grant("funds.bank_user_open", "开通银行办事账号", (Role.SECTION_HEAD,))
