"""What the DAGs and the command line call: each step of the flow with its reading and writing around it.

Ids and URIs go in and come out, never rows. Heavy libraries are imported by these modules, so a caller imports them
inside the function that needs them.
"""
