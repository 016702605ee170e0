"""How fast a separable convolution is: every installed engine on the layers of Xception.

Nothing here is part of the course's package or of its tests' steps; `make bench` runs it. README.md
in this folder tells the method and the format of the results.
"""
