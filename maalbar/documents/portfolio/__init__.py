"""The portfolio: every contract on one page, new and running, with the state of each period. For the secretariat and the council.

Here belongs how it reads and looks; what the states are is found in `maalbar/flow/portfolio.py`.
"""
