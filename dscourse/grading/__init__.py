"""Grading of submissions in isolated processes: the parent decides, the child only answers values.

Import what you need from the modules; this package itself loads nothing.
"""
