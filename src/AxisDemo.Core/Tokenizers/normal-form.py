"""Writes normal-form.txt from Python's Unicode data: python3.13 normal-form.py > normal-form.txt"""
import sys
import unicodedata as u

print(f"# Unicode {u.unidata_version}, written by normal-form.py with Python {sys.version.split()[0]}. Hangul is computed, not listed.")
print("# class FIRST LAST VALUE: canonical combining classes that are not 0")
start = None
for c in range(0x110001):
    value = u.combining(chr(c)) if c < 0x110000 else 0
    if start is not None and value != start[1]:
        print(f"class {start[0]:04X} {c - 1:04X} {start[1]}")
        start = None
    if start is None and value:
        start = (c, value)
print("# pair CHARACTER FIRST SECOND: decomposes and composes; apart CHARACTER FIRST [SECOND]: only decomposes")
for c in range(0x110000):
    parts = u.decomposition(chr(c))
    if parts and not parts.startswith("<"):
        print("pair" if u.normalize("NFC", chr(c)) == chr(c) else "apart", f"{c:04X}", parts)
