"""The console: a form to make a key, and all keys in one view, on this machine.

Server-rendered pages over the admin function, whose answers are the only truth. It
needs the extra ``console``; the rest of the command line never imports it.
"""
