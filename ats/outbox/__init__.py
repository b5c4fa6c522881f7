"""Stage, claim, render, deliver and record messages."""
