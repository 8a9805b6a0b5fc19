"""What leaves to others than the parties: prepared, let out by two people, and told of for good.

material    what a kind of release gives: figures with their true values, and files made of those that may leave
kinds       every kind of release
prepare     from a kind and a recipient to files that wait for answers, held against every earlier release
ask         what is put to those who answer, in words; and the counts behind it, for those who release alone
decide      who may answer, once and of exactly these files
publish     what all have said yes to leaves; and what has left is marked as withdrawn
"""
