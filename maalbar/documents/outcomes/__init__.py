"""The Outcomes pages in Airflow: contracts, their periods, and the statements and runs of these. HTML, one file a page.

`facts` says what a page holds, `words` puts it as it is read, `pages` lays it out. What may be told to whom is decided before,
where the facts are gathered (`maalbar.flow.outcomes`): a page shows all it is given.
"""
