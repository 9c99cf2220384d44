"""The report in its forms: a table for people, JSON for programs, CSV for spreadsheets."""

from maccord.report.build import build_report
from maccord.report.model import EvidenceCount, Report

__all__ = ["EvidenceCount", "Report", "build_report"]
