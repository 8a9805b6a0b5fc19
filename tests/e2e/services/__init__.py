"""One installation of docker-compose.yml, brought up once for all files here, on two workers where the machine has a broker.

The files run in the order of their names, and each leaves to the next what it needs. The runbook comes last: in its walk the
installation is thrown away, and restored.
"""
