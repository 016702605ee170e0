"""Small colour images that are made, not downloaded: letters to learn from, digits to transfer to.

`glyphs` draws printed letters in any number. `colour_digits` colours real handwriting, of which
there is little. Both pass through the same drawing, so what a network learns of colour, noise and
slant on the first can serve on the second. `house_numbers` shows the same hands in another street:
the target of the capstone. The book's data card says what each is made of.
"""

from dscourse.data.digits import ORIGINALS, colour_digits
from dscourse.data.letters import FONTS, LETTERS, glyphs
from dscourse.data.numbers import house_numbers

__all__ = ["FONTS", "LETTERS", "ORIGINALS", "colour_digits", "glyphs", "house_numbers"]
