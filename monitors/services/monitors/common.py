"""Who may do what with monitors."""

from __future__ import annotations

from monitors.models import MonitorStatus

NOMINATE, EDIT = "monitors.monitor_nominate", "monitors.monitor_edit"

HELD = (MonitorStatus.NOMINATED, MonitorStatus.QUALIFIED, MonitorStatus.PUBLICISED, MonitorStatus.APPOINTED)
