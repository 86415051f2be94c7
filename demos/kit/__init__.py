"""What several lessons share.

`panels` draws parts into one picture: `planes`, `fits`, `marked`, `maps`,
`times` and `hidden` make them, with `names` beside points. `functions` and
`paths` make whole plots, and `pictures` saves them. `datasets` has the data,
`letters` makes numbers of names, `least_squares` is linear regression, `speeds`
measures, and `probabilities` writes numbers from 0 to 1.
"""
