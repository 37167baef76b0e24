"""Databases: how one is opened, brought up to date and copied. Only here are engines told apart."""
