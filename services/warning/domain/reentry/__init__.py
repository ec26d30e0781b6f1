"""Re-entry numbers (W6, 重入网号码): whose new number is an old one come back. Pure, like all of the domain.

`profiles` gathers what each number did, `columns` lays it out as arrays, `join` finds pairs by what both share,
`relation` tells what became of the old one, `match` scores and rejects, `dealers` finds numbers activated in bulk, and
`find` says it all of two populations.
"""
