"""How fast submissions are graded, and whether memory stays flat: see README.md in this folder."""
