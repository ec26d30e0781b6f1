"""Re-entry numbers (W6, 重入网号码): whose new number is an old one come back. Pure, like all of the domain.

`profiles` gathers what each number did, `columns` lays it out as arrays, `join` finds pairs by what both share,
`relation` tells what became of the old one, `search` scores, `choose` rejects what is not clear, `dealers` finds
numbers begun in bulk, and `find` says it all of two populations.
"""
