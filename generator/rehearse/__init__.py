"""Rehearsals: rendered workflows run on this machine with act, and an honest verdict on what that showed."""
