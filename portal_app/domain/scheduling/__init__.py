"""Appointments: a photographer at a place at a time. The database refuses a doubled one."""
