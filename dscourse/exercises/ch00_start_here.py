"""Exercises of chapter 0: how to use this course."""
