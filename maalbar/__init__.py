"""Maalbar: the yearly measurement and payment of social outcomes contracts."""

__version__ = "0.1.0"
