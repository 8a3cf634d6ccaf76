"""Reading the audit log (审计日志): who did or read what, when and from where. Writing to it is ``core.audit``."""
