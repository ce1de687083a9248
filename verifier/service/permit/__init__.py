"""A permit desk: an applicant fills in and signs with the wallet, the desk decides, both look back.

`concept` is the applicant's part until it is submitted, `casework` what follows, `telling` what a
wallet is told of it.
"""
