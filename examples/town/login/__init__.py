"""The example town's login provider: an imitation, plainly marked, of where people log in.

It speaks OpenID Connect over https to two clients, one for residents and one for clerks, and asks
no password: whoever sits in front of it chooses which invented person to be. It imports none of
the packages.
"""
