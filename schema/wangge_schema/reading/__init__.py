"""Reading: a field declares what it reads; the selection becomes one SQL statement whose result is already the answer.

declare → select → plan → statement → answer
"""
