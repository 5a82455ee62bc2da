"""The command groups of ``cordboard``: one module each, loaded only when its command is called.

A module has ``app``, a ``typer.Typer``, or ``command``, a plain function that typer can read.
"""
