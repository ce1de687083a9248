"""The example town's login provider: an imitation, plainly marked, of where people log in.

It speaks OpenID Connect over https to three clients, for residents, for clerks and for employees of
the corporation, and asks no password: whoever sits in front of it chooses which invented person to
be. It imports none of the packages.
"""
