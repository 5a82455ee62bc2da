"""Acts on calls: hold, transfer, consult, conference, dial, park, record, listen in; and what each is possible in.

``topology`` is the state of one call: who is on it and where each of them is, moved by what the switch says.
``situations`` is the table of what an agent can do in it, with the reason for all else. ``plans`` makes an act a row of
steps, ``machine`` runs them one after the other, ``orders`` is what follows from a state by itself. All of these are
pure. ``control`` runs them over AMI, tells the distributor who talks, and the desks what they see (``desk_contact``).
"""
