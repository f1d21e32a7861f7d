"""The local stack: the template, deployed to an AWS emulator on this machine.

Development only: no module of `src` imports it and no package contains it.
"""
