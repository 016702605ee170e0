"""What runs in the zygote and its forks, beside the student's code.

It holds no references and no hidden inputs, and may import none: a test starts a zygote and lists
the modules that it loaded.
"""
