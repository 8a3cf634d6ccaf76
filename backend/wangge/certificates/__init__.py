"""Certificates (证书): who may be sent out on a day; nobody without a valid one, by the database itself."""
