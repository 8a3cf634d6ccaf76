"""Accounts, sessions and devices (账号、会话、设备): who is signed in, from what, and with which rights."""
