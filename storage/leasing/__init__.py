"""Which collector may ask which host, where several share one database."""
