"""What people read: statements as PDF and HTML, in their own language, from one set of facts."""
