"""What an installation beyond one's own machine needs once: its secrets, and the logins of its databases."""
