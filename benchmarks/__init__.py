"""`make bench`: what the authorizer costs, compared with a no-op and its peers.

Development only: no module of `src` imports it and no package contains it.
"""
