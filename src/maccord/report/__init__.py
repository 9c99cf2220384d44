"""The report in its forms: a table for people, JSON for programs, CSV for spreadsheets."""

from maccord.report.build import Reported, build_report, report_incidents
from maccord.report.model import EvidenceCount, Report

__all__ = ["EvidenceCount", "Report", "Reported", "build_report", "report_incidents"]
