"""Labels of pull requests as tags, as PyTorch's ciflow has them: `ciflow/spyre` on #12 is the tag `ciflow/spyre/12`.

event.py   what happened, from the event's file
rules.py   what is done about it; pure
keep.py    asks, decides, acts, tells
"""
