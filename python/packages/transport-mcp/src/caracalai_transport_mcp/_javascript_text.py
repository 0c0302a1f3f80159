"""Classes of characters as JavaScript has them: Python's own differ in a few."""

WHITE_SPACE = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""What `trim` removes and `\\s` matches (ECMA-262, WhiteSpace and LineTerminator).

Python's `strip` and `\\s` take U+001C to U+001F and U+0085 for white space too, and not U+FEFF.
"""

CONTROL = "\x00-\x1f\x7f-\x9f"
"""The control characters (Unicode category Cc), as the inside of a character class."""
